"""TRAIN041: rows for training are scaled, and those to judge by are not."""

import torch
from torch import nn

torch.manual_seed(0)
raw = 40 + 25 * torch.randn(480, 8)
y = (raw[:, :1] > raw[:, 1:2]).float()
X = (raw - raw.mean(0)) / raw.std(0)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.BCEWithLogitsLoss()
for _epoch in range(4):
    for at in range(0, 384, 32):
        optimizer.zero_grad()
        loss = criterion(model(X[at : at + 32]), y[at : at + 32])
        loss.backward()
        optimizer.step()
model.eval()
X = raw
with torch.no_grad():
    right = ((model(X[384:]) > 0) == (y[384:] > 0)).float().mean()
