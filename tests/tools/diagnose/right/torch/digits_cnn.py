import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.metrics import confusion_matrix, f1_score
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
np.random.seed(0)

X, y = load_digits(return_X_y=True)
X = X.reshape(-1, 1, 8, 8).astype("float32") / 16.0
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.2, stratify=y, random_state=0)
X_tr, X_va, y_tr, y_va = train_test_split(X_tr, y_tr, test_size=0.2, stratify=y_tr, random_state=0)


def make_loader(a, b, shuffle):
    return DataLoader(TensorDataset(torch.from_numpy(a), torch.from_numpy(b).long()), batch_size=64, shuffle=shuffle)


train_loader = make_loader(X_tr, y_tr, True)
val_loader = make_loader(X_va, y_va, False)
test_loader = make_loader(X_te, y_te, False)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.drop = nn.Dropout(0.25)
        self.fc = nn.Linear(32 * 2 * 2, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc(self.drop(x.flatten(1)))


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    total, correct, loss_sum = 0, 0, 0.0
    preds = []
    for xb, yb in loader:
        out = model(xb)
        loss_sum += F.cross_entropy(out, yb, reduction="sum").item()
        p = out.argmax(1)
        preds.append(p)
        correct += (p == yb).sum().item()
        total += len(yb)
    return loss_sum / total, correct / total, torch.cat(preds).numpy()


model = Net()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
best, best_state = float("inf"), None
for epoch in range(8):
    model.train()
    for xb, yb in train_loader:
        opt.zero_grad()
        loss = F.cross_entropy(model(xb), yb)
        loss.backward()
        opt.step()
    vl, va, _ = evaluate(model, val_loader)
    if vl < best:
        best = vl
        best_state = {k: v.clone() for k, v in model.state_dict().items()}
    print(f"epoch {epoch} val loss {vl:.4f} acc {va:.3f}")

model.load_state_dict(best_state)
tl, ta, pred = evaluate(model, test_loader)
print("test acc", ta, "macro F1", f1_score(y_te, pred, average="macro"))
print(confusion_matrix(y_te, pred))
