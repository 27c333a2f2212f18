import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

np.random.seed(0)
torch.manual_seed(0)

X, y = load_diabetes(return_X_y=True)
X_trv, X_te, y_trv, y_te = train_test_split(X, y, test_size=0.2, random_state=0)
X_tr, X_va, y_tr, y_va = train_test_split(X_trv, y_trv, test_size=0.2, random_state=0)

xs = StandardScaler().fit(X_tr)
ys = StandardScaler().fit(y_tr.reshape(-1, 1))


def to_t(X, y):
    return (torch.tensor(xs.transform(X), dtype=torch.float32),
            torch.tensor(ys.transform(y.reshape(-1, 1)), dtype=torch.float32))


xt, yt = to_t(X_tr, y_tr)
xv, yv = to_t(X_va, y_va)
xe, _ = to_t(X_te, y_te)

model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 1))
opt = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-2)
best, best_state, bad = float("inf"), None, 0

for epoch in range(300):
    model.train()
    perm = torch.randperm(len(xt))
    for i in range(0, len(xt), 64):
        idx = perm[i:i + 64]
        loss = nn.functional.mse_loss(model(xt[idx]), yt[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        v = nn.functional.mse_loss(model(xv), yv).item()
    if v < best - 1e-4:
        best, bad = v, 0
        best_state = {k: t.clone() for k, t in model.state_dict().items()}
    else:
        bad += 1
        if bad == 25:
            print("stopped at epoch", epoch)
            break

model.load_state_dict(best_state)
model.eval()
with torch.no_grad():
    pred = ys.inverse_transform(model(xe).numpy()).ravel()
print("MLP  R2 %.3f" % r2_score(y_te, pred))
print("OLS  R2 %.3f" % LinearRegression().fit(X_trv, y_trv).score(X_te, y_te))
