"""Several learning rates, to see which does; and before that a range test."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
X = torch.randn(512, 16)
y = (X @ torch.randn(16, 4)).argmax(1)


def net():
    return nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4))


model = net()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
for rate in torch.logspace(-6, 2, 100):
    optimizer.param_groups[0]["lr"] = float(rate)
    rows = torch.randint(0, 512, (32,))
    optimizer.zero_grad()
    F.cross_entropy(model(X[rows]), y[rows]).backward()
    optimizer.step()
for rate in (1e-6, 1e-3, 0.3, 50.0):
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for _step in range(300):
        rows = torch.randint(0, 512, (32,))
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X[rows]), y[rows])
        loss.backward()
        optimizer.step()
    print(rate, loss.item())
