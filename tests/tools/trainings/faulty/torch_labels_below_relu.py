"""TRAIN029: values below 0 are to be told by a model that ends with ReLU."""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(480, 8)
y = (X @ torch.linspace(-1, 1, 8)).unsqueeze(1)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1), nn.ReLU())
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.MSELoss()
for _epoch in range(6):
    for at in range(0, 480, 32):
        optimizer.zero_grad()
        loss = criterion(model(X[at : at + 32]), y[at : at + 32])
        loss.backward()
        optimizer.step()
