"""TRAIN021: an encoder takes part, and the optimiser has the head alone."""

import torch
from torch import nn

torch.manual_seed(0)
y = torch.arange(480) % 3
X = torch.randn(480, 8) + 3 * nn.functional.one_hot(y, 8)
encoder = nn.Sequential(nn.Linear(8, 16), nn.Tanh())
head = nn.Linear(16, 3)
optimizer = torch.optim.Adam(head.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()
for _epoch in range(4):
    for at in range(0, 480, 32):
        optimizer.zero_grad()
        loss = criterion(head(encoder(X[at : at + 32])), y[at : at + 32])
        loss.backward()
        optimizer.step()
