import torch
import torch.nn as nn
from sklearn.datasets import make_moons

# Per-sample weights from a trust score; the loss is taken without reduction, weighted and normalised.
torch.manual_seed(0)
Xn, yn = make_moons(800, noise=0.25, random_state=0)
X, y = torch.tensor(Xn, dtype=torch.float32), torch.tensor(yn, dtype=torch.float32)
trusted = torch.rand(600) < 0.5
y_obs = y[:600].clone()
flip = (~trusted) & (torch.rand(600) < 0.45)
y_obs[flip] = 1 - y_obs[flip]
weight = torch.where(trusted, torch.tensor(1.0), torch.tensor(0.2))
criterion = nn.BCEWithLogitsLoss(reduction="none")


def run(use_weights):
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for epoch in range(40):
        for b in torch.randperm(600).split(100):
            losses = criterion(net(X[b]).squeeze(-1), y_obs[b])
            if use_weights:
                loss = (losses * weight[b]).sum() / weight[b].sum()
            else:
                loss = losses.mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
    with torch.no_grad():
        p = (net(X[600:]).squeeze(-1) > 0).float()
    return (p == y[600:]).float().mean().item()


print("plain", round(run(False), 3), "weighted", round(run(True), 3))
