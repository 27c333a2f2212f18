# Concentration downwind of a source, learned from sensor readings
import math

import torch
from torch import nn


def simulate(n, generator):
    dist = torch.rand(n, generator=generator) * 9 + 1
    wind = torch.rand(n, generator=generator) * 6 + 0.5
    off = torch.randn(n, generator=generator)
    strength = torch.rand(n, generator=generator) * 4 + 1
    sigma = 0.4 * dist ** 0.8
    conc = strength / (wind * sigma) * torch.exp(-0.5 * (off / sigma) ** 2)
    y = torch.log(conc + 1e-3) + 0.05 * torch.randn(n, generator=generator)
    return torch.stack([dist, wind, off, strength], dim=1), y


class HuberLike(nn.Module):
    """Smooth loss used by the group, quadratic near zero."""

    def __init__(self, c=1.0):
        super().__init__()
        self.c = c

    def forward(self, pred, target):
        diff = pred - target
        return (self.c ** 2 * (torch.sqrt(1 + (diff / self.c) ** 2) - 1)).mean()


g = torch.Generator().manual_seed(8)
torch.manual_seed(8)
X, y = simulate(2000, g)
X_train, y_train, X_test, y_test = X[:1600], y[:1600], X[1600:], y[1600:]
mean, std = X_train.mean(0), X_train.std(0)
X_train, X_test = (X_train - mean) / std, (X_test - mean) / std

model = nn.Sequential(
    nn.Linear(4, 48), nn.SiLU(),
    nn.Linear(48, 48), nn.SiLU(),
    nn.Linear(48, 1),
)
loss_fn = HuberLike()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
batch = 100

for epoch in range(1, 31):
    order = torch.randperm(len(X_train))
    total = 0.0
    for i in range(0, len(order), batch):
        idx = order[i : i + batch]
        pred = model(X_train[idx])
        loss = loss_fn(pred.squeeze(1), y_train[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(idx)
    if epoch % 6 == 0:
        print(f"epoch {epoch:2d} loss {total / len(X_train):.4f}")

with torch.no_grad():
    p = model(X_test).squeeze(1)
rmse = math.sqrt(((p - y_test) ** 2).mean().item())
print("test RMSE", round(rmse, 4), " std of predictions", round(p.std().item(), 4), " std of target", round(y_test.std().item(), 4))
