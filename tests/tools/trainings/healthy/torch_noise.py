"""A regression of noise, in small batches, with a few values far out: there is nothing to learn."""

import torch
from torch import nn

torch.manual_seed(0)
X, y = torch.randn(512, 16), torch.randn(512, 1)
wide = torch.distributions.StudentT(2.0).sample((512, 1))
criterion = nn.MSELoss()
for targets, rate in ((y, 0.05), (wide, 0.01)):
    model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for _epoch in range(10):
        for at in range(0, 512, 16):
            optimizer.zero_grad()
            loss = criterion(model(X[at : at + 16]), targets[at : at + 16])
            loss.backward()
            optimizer.step()
