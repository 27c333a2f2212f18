import numpy as np
import torch
from sklearn.datasets import load_diabetes
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler
from torch import nn

def seed_everything(seed):
    np.random.seed(seed)
    torch.manual_seed(seed)

def build(n_in):
    return nn.Sequential(nn.Linear(n_in, 64), nn.SiLU(), nn.Dropout(0.1), nn.Linear(64, 32), nn.SiLU(), nn.Linear(32, 1))

X, y = load_diabetes(return_X_y=True, scaled=False)
oof = np.zeros(len(y))
scores = []
for fold, (tr, va) in enumerate(KFold(5, shuffle=True, random_state=42).split(X)):
    seed_everything(42 + fold)
    sx, sy = StandardScaler(), StandardScaler()
    xt = torch.tensor(sx.fit_transform(X[tr]), dtype=torch.float32)
    yt = torch.tensor(sy.fit_transform(y[tr, None]), dtype=torch.float32)
    xv = torch.tensor(sx.transform(X[va]), dtype=torch.float32)
    model = build(X.shape[1])
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-2)
    epochs, bs = 25, 32
    steps = epochs * int(np.ceil(len(tr) / bs))
    sched = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=steps)
    for epoch in range(epochs):
        model.train()
        for idx in torch.randperm(len(xt)).split(bs):
            loss = nn.functional.mse_loss(model(xt[idx]), yt[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            sched.step()
    model.eval()
    with torch.no_grad():
        pred = model(xv).numpy()
    oof[va] = sy.inverse_transform(pred).ravel()
    rmse = np.sqrt(mean_squared_error(y[va], oof[va]))
    scores.append(rmse)
    print(f"fold {fold}: rmse {rmse:.2f}")

print(f"CV {np.mean(scores):.2f} +- {np.std(scores):.2f}; OOF r2 {r2_score(y, oof):.3f}")
