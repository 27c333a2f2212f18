import math
import numpy as np
import torch
from torch import nn

rs = np.random.RandomState(5)
torch.manual_seed(5)


def simulate(n):
    x = rs.uniform(-2, 2, (n, 1))
    y = np.sin(2 * x) + (0.1 + 0.3 * np.abs(x)) * rs.randn(n, 1)
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


x_fit, y_fit = simulate(800)
x_cal, y_cal = simulate(400)
x_new, y_new = simulate(1000)
alpha = 0.1
quantiles = torch.tensor([alpha / 2, 1 - alpha / 2])

net = nn.Sequential(nn.Linear(1, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))


def pinball(pred, target):
    e = target - pred
    return torch.maximum(quantiles * e, (quantiles - 1) * e).mean()


opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(40):
    for idx in torch.randperm(len(x_fit)).split(100):
        opt.zero_grad()
        pinball(net(x_fit[idx]), y_fit[idx]).backward()
        opt.step()


@torch.no_grad()
def band(x):
    lo, hi = net(x).sort(dim=1).values.unbind(1)
    return lo, hi


def report(name, lo, hi):
    inside = ((y_new[:, 0] >= lo) & (y_new[:, 0] <= hi)).float().mean().item()
    print(f"{name}: coverage {inside:.3f} mean width {(hi - lo).mean().item():.3f}")


lo, hi = band(x_cal)
scores = torch.maximum(lo - y_cal[:, 0], y_cal[:, 0] - hi)
n = len(scores)
k = math.ceil((n + 1) * (1 - alpha))
q = scores.sort().values[k - 1]
lo, hi = band(x_new)
report("quantile net", lo, hi)
report("conformalised", lo - q, hi + q)
