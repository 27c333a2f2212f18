"""Pairs of views are told from all others of their batch."""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(512, 8)
model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 16))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for _epoch in range(8):
    for at in range(0, 512, 64):
        one, other = (nn.functional.normalize(model(X[at : at + 64] + 0.1 * torch.randn(64, 8)), dim=1) for _ in "ab")
        loss = nn.functional.cross_entropy(one @ other.T / 0.2, torch.arange(64))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
