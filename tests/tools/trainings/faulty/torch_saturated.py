"""TRAIN012: tanh units far out."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
X = 2 * torch.rand(800, 2) - 1
y = (X.pow(2).sum(1) > 0.6).long()
loader = DataLoader(TensorDataset(X, y), batch_size=32, shuffle=True)
model = nn.Sequential(
    nn.Linear(2, 32),
    nn.Tanh(),
    nn.Linear(32, 32),
    nn.Tanh(),
    nn.Linear(32, 2),
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for one in model.parameters():
    nn.init.normal_(one, std=30.0)
criterion = nn.CrossEntropyLoss()
for _epoch in range(15):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
