# Quantile regression for hourly energy demand (simulated)
import numpy as np
import torch
import torch.nn as nn

rng = np.random.default_rng(42)
torch.manual_seed(42)
hours = np.arange(24 * 60)
demand = 50 + 15 * np.sin(2 * np.pi * hours / 24) + rng.normal(0, 2 + 3 * (hours % 24 > 12), len(hours))
feats = np.stack([np.sin(2 * np.pi * hours / 24), np.cos(2 * np.pi * hours / 24), (hours // 24 % 7 >= 5)], axis=1)

cut, cut2 = int(0.7 * len(hours)), int(0.85 * len(hours))      # train / validation / test in order of time
mu, sd = demand[:cut].mean(), demand[:cut].std()
X = torch.tensor(feats, dtype=torch.float32)
y = torch.tensor((demand - mu) / sd, dtype=torch.float32).unsqueeze(1)
Xtr, Xva, Xte = X[:cut], X[cut:cut2], X[cut2:]
ytr, yva, yte = y[:cut], y[cut:cut2], y[cut2:]

QUANTILES = torch.tensor([0.1, 0.5, 0.9])


def pinball(pred, target, q=QUANTILES):
    err = target - pred                               # (N,1) - (N,3)
    return torch.maximum(q * err, (q - 1) * err).mean()


model = nn.Sequential(nn.Linear(3, 32), nn.SiLU(), nn.Linear(32, 32), nn.SiLU(), nn.Linear(32, 3))
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, mode="min", factor=0.5, patience=3)

for epoch in range(25):
    model.train()
    for idx in torch.randperm(cut).split(128):
        loss = pinball(model(Xtr[idx]), ytr[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        val = pinball(model(Xva), yva).item()
    plateau.step(val)

with torch.no_grad():
    q = model(Xte).sort(dim=1).values * sd + mu
real = yte * sd + mu
coverage = ((real >= q[:, :1]) & (real <= q[:, 2:])).float().mean().item()
print(f"pinball {val:.4f}, 80% interval covers {coverage:.2%}, median MAE {(q[:, 1:2] - real).abs().mean().item():.2f}")
