"""TRAIN033: cross-entropy of a single output is 0 whatever it is."""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(480, 8)
y = torch.zeros(480, dtype=torch.long)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()
for _epoch in range(4):
    for at in range(0, 480, 32):
        optimizer.zero_grad()
        loss = criterion(model(X[at : at + 32]), y[at : at + 32])
        loss.backward()
        optimizer.step()
