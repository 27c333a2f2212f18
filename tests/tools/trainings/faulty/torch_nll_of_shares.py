"""TRAIN028: NLLLoss is given probabilities, and not their logarithms."""

import torch
from torch import nn

torch.manual_seed(0)
y = torch.arange(480) % 3
X = torch.randn(480, 8) + 3 * nn.functional.one_hot(y, 8)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3), nn.Softmax(dim=1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.NLLLoss()
for _epoch in range(4):
    for at in range(0, 480, 32):
        optimizer.zero_grad()
        loss = criterion(model(X[at : at + 32]), y[at : at + 32])
        loss.backward()
        optimizer.step()
