"""TRAIN020: the optimiser holds the weights of a model that was made before."""

import torch
from torch import nn

torch.manual_seed(0)
y = torch.arange(480) % 3
X = torch.randn(480, 8) + 3 * nn.functional.one_hot(y, 8)


def make():
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))


model = make()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
model = make()
criterion = nn.CrossEntropyLoss()
for _epoch in range(4):
    for at in range(0, 480, 32):
        optimizer.zero_grad()
        loss = criterion(model(X[at : at + 32]), y[at : at + 32])
        loss.backward()
        optimizer.step()
