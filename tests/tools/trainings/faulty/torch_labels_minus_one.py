"""TRAIN030: labels of -1 and 1 for the loss of yes or no."""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(480, 8)
y = torch.sign(X[:, :1])
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.BCEWithLogitsLoss()
for _epoch in range(4):
    for at in range(0, 480, 32):
        optimizer.zero_grad()
        loss = criterion(model(X[at : at + 32]), y[at : at + 32])
        loss.backward()
        optimizer.step()
