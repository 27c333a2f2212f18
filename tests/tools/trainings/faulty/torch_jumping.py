"""TRAIN004: a rate so large that the loss jumps."""

import torch
from torch import nn

torch.manual_seed(0)
X = 2 * torch.rand(800, 2) - 1
y = (X.pow(2).sum(1) > 0.6).long()
model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2), nn.Softmax(dim=1))
optimizer = torch.optim.SGD(model.parameters(), lr=50.0)
for _step in range(100):
    optimizer.zero_grad()
    given = model(X)
    loss = -(nn.functional.one_hot(y, 2) * torch.log(given)).sum(dim=1).mean()
    loss.backward()
    optimizer.step()
