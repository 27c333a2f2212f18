"""Bike-counter model trained from a stream (IterableDataset) with a Poisson likelihood."""
import math
import random

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset


def intensity(hour, temp, weekend):
    rush = math.exp(-((hour - 8) / 2) ** 2) + math.exp(-((hour - 17) / 2) ** 2)
    return math.exp(0.5 + (0.3 if weekend else 1.5) * rush + 0.03 * temp)


def poisson(rng, lam):
    k, p, limit = 0, rng.random(), math.exp(-lam)
    while p > limit:
        k += 1
        p *= rng.random()
    return k


class CounterStream(IterableDataset):
    def __init__(self, n, seed):
        super().__init__()
        self.n, self.seed = n, seed

    def __iter__(self):
        rng = random.Random(self.seed)
        for _ in range(self.n):
            hour, temp, weekend = rng.randrange(24), rng.gauss(12, 7), rng.random() < 2 / 7
            x = [math.sin(2 * math.pi * hour / 24), math.cos(2 * math.pi * hour / 24),
                 math.sin(4 * math.pi * hour / 24), math.cos(4 * math.pi * hour / 24), (temp - 12) / 7, float(weekend)]
            yield torch.tensor(x), torch.tensor(float(poisson(rng, intensity(hour, temp, weekend))))


class RateModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 32), nn.Softplus(), nn.Linear(32, 1))

    def forward(self, x):
        return self.net(x).squeeze(-1)  # log rate


def deviance(model, loader):
    model.eval()
    dev, n = 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            log_mu = model(x)
            dev += (2 * (torch.xlogy(y, y) - y * log_mu - y + log_mu.exp())).sum().item()
            n += len(y)
    return dev / n


torch.manual_seed(0)
model = RateModel()
criterion = nn.PoissonNLLLoss(log_input=True)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(5):
    model.train()
    for x, y in DataLoader(CounterStream(2000, seed=epoch), batch_size=64):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    print(epoch, "held-out deviance", deviance(model, DataLoader(CounterStream(800, seed=1000), batch_size=200)))
print("final deviance on fresh data", deviance(model, DataLoader(CounterStream(1500, seed=2000), batch_size=500)))
