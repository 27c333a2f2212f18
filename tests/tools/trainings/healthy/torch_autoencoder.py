"""Noisy rows go in, and clean ones are to come out."""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.rand(480, 2) @ torch.rand(2, 12)
model = nn.Sequential(nn.Linear(12, 4), nn.ReLU(), nn.Linear(4, 12))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.MSELoss()
for _epoch in range(8):
    for at in range(0, 480, 32):
        rows = X[at : at + 32]
        optimizer.zero_grad()
        loss = criterion(model(rows + 0.05 * torch.randn_like(rows)), rows)
        loss.backward()
        optimizer.step()
model.eval()
with torch.no_grad():
    apart = criterion(model(X), X)
