"""DeepSurv-like Cox model; censoring at random; Harrell's C on held-out patients."""
import numpy as np
import torch
from torch import nn


def cohort(n, rng):
    X = rng.normal(size=(n, 6))
    risk = 0.8 * X[:, 0] - 0.6 * X[:, 1] ** 2 + 0.7 * X[:, 2] * X[:, 3]
    t = rng.exponential(np.exp(-risk))
    c = rng.exponential(2.0, n)
    to = lambda a: torch.tensor(a, dtype=torch.float32)
    return to(X), to(np.minimum(t, c)), torch.tensor(t <= c)


def cox_loss(score, time, event):
    """Negative log partial likelihood per event (Breslow)."""
    order = torch.argsort(time, descending=True)
    s, e = score[order], event[order]
    log_risk_set = torch.logcumsumexp(s, 0)
    return -(s - log_risk_set)[e].mean()


def concordance(score, time, event):
    earlier = (time[:, None] < time[None]) & event[:, None]
    diff = score[:, None] - score[None]
    return ((diff > 0).float() + 0.5 * (diff == 0).float())[earlier].mean().item()


class Risk(nn.Module):
    def __init__(self, d, linear=False):
        super().__init__()
        self.f = nn.Linear(d, 1, bias=False) if linear else nn.Sequential(nn.Linear(d, 32), nn.SiLU(), nn.Dropout(0.1), nn.Linear(32, 32), nn.SiLU(), nn.Linear(32, 1, bias=False))

    def forward(self, x):
        return self.f(x).squeeze(-1)


rng = np.random.default_rng(0)
train, test = cohort(1200, rng), cohort(600, rng)
print(f"events in training {train[2].float().mean():.2f}")
for name in ("linear", "deep"):
    torch.manual_seed(0)
    net = Risk(6, name == "linear")
    opt = torch.optim.AdamW(net.parameters(), lr=5e-3, weight_decay=1e-2)
    for step in range(250):
        net.train()
        opt.zero_grad()
        loss = cox_loss(net(train[0]), *train[1:])     # the whole cohort, as the risk sets need it
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(f"{name:7s} train loss {loss.item():.3f}  test C-index {concordance(net(test[0]), *test[1:]):.3f}")
