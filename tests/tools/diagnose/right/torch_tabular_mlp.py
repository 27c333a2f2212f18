"""Plain MLP on the breast cancer data: scaler from the training part, BCE with logits, best epoch kept."""
import copy

import torch
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)

X, y = load_breast_cancer(return_X_y=True)
X_tmp, X_test, y_tmp, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=0)
X_train, X_val, y_train, y_val = train_test_split(X_tmp, y_tmp, test_size=0.2, stratify=y_tmp, random_state=0)
scaler = StandardScaler().fit(X_train)


def to_tensors(features, labels):
    return torch.tensor(scaler.transform(features), dtype=torch.float32), torch.tensor(labels, dtype=torch.float32).unsqueeze(1)


train_ds = TensorDataset(*to_tensors(X_train, y_train))
xv, yv = to_tensors(X_val, y_val)
xt, yt = to_tensors(X_test, y_test)
loader = DataLoader(train_ds, batch_size=32, shuffle=True)

model = nn.Sequential(nn.Linear(30, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 1))
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

best_loss, best_state, bad = float("inf"), None, 0
for epoch in range(80):
    model.train()
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()

    model.eval()
    with torch.no_grad():
        val_loss = criterion(model(xv), yv).item()
    if val_loss < best_loss - 1e-4:
        best_loss, best_state, bad = val_loss, copy.deepcopy(model.state_dict()), 0
    else:
        bad += 1
        if bad == 8:
            break

model.load_state_dict(best_state)
model.eval()
with torch.no_grad():
    prob = torch.sigmoid(model(xt))
print(f"stopped after {epoch + 1} epochs, val loss {best_loss:.4f}")
print(f"test accuracy {((prob > 0.5) == yt.bool()).float().mean():.3f}, AUC {roc_auc_score(y_test, prob.squeeze(1).numpy()):.4f}")
