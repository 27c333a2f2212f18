import copy

import torch
import torch.nn as nn
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(21)

X, y = make_classification(n_samples=2400, n_features=20, n_informative=8, n_classes=3, random_state=21)
X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=400, random_state=21)
X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=400, random_state=21)


def loader(X, y, shuffle=False):
    return DataLoader(TensorDataset(torch.tensor(X).float(), torch.tensor(y).long()), batch_size=100, shuffle=shuffle)


train_loader, val_loader, test_loader = loader(X_train, y_train, True), loader(X_val, y_val), loader(X_test, y_test)

model = nn.Sequential(nn.Linear(20, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.25), nn.Linear(64, 3))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", factor=0.3, patience=2)


@torch.no_grad()
def evaluate(loader):
    model.eval()
    loss_sum = correct = total = 0
    for xb, yb in loader:
        out = model(xb)
        loss_sum += criterion(out, yb).item() * yb.size(0)
        correct += (out.argmax(dim=1) == yb).sum().item()
        total += yb.size(0)
    return loss_sum / total, correct / total


best_loss, best_wts = float("inf"), copy.deepcopy(model.state_dict())
for epoch in range(15):
    model.train()
    for xb, yb in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
    val_loss, val_acc = evaluate(val_loader)
    scheduler.step(val_loss)
    if val_loss < best_loss:
        best_loss = val_loss
        best_wts = copy.deepcopy(model.state_dict())
    print(f"Epoch {epoch + 1:2d} val loss {val_loss:.4f} acc {val_acc:.3f} lr {optimizer.param_groups[0]['lr']:.4g}")

model.load_state_dict(best_wts)
print("Test loss %.4f, accuracy %.3f" % evaluate(test_loader))
