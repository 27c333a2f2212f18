"""Multi-label tagging with pos_weight and per-label thresholds chosen on validation data."""
import torch
import torch.nn as nn
from sklearn.datasets import make_multilabel_classification
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
X, Y = make_multilabel_classification(n_samples=1200, n_features=30, n_classes=6, n_labels=2, random_state=0)
X_tmp, X_test, Y_tmp, Y_test = train_test_split(X, Y, test_size=0.2, random_state=0)
X_train, X_val, Y_train, Y_val = train_test_split(X_tmp, Y_tmp, test_size=0.25, random_state=0)
mean, std = X_train.mean(0), X_train.std(0) + 1e-8


def prep(a):
    return torch.tensor((a - mean) / std, dtype=torch.float32)


xtr, xva, xte = prep(X_train), prep(X_val), prep(X_test)
ytr = torch.tensor(Y_train, dtype=torch.float32)
pos = ytr.sum(0)
pos_weight = ((len(ytr) - pos) / pos.clamp(min=1)).clamp(max=10)

model = nn.Sequential(nn.Linear(30, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 6))
crit = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
opt = torch.optim.Adam(model.parameters(), lr=2e-3)

for epoch in range(20):
    model.train()
    perm = torch.randperm(len(xtr))
    for i in range(0, len(xtr), 64):
        j = perm[i:i + 64]
        loss = crit(model(xtr[j]), ytr[j])
        opt.zero_grad()
        loss.backward()
        opt.step()

model.eval()
with torch.no_grad():
    p_val = torch.sigmoid(model(xva)).numpy()
    p_test = torch.sigmoid(model(xte)).numpy()
grid = [i / 20 for i in range(2, 19)]
thr = [max(grid, key=lambda t: f1_score(Y_val[:, k], p_val[:, k] >= t, zero_division=0)) for k in range(6)]
pred = (p_test >= thr).astype(int)
print("thresholds", thr)
print("test micro F1", round(f1_score(Y_test, pred, average="micro"), 3))
