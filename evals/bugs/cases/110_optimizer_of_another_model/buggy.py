import torch
from torch import nn, optim

torch.manual_seed(0)
X = torch.randn(400, 5)
y = (X[:, :1] ** 2 + X[:, 1:2] ** 2 < 1.5).float()
loss_fn = nn.BCEWithLogitsLoss()

small = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 1))
large = nn.Sequential(nn.Linear(5, 64), nn.ReLU(), nn.Linear(64, 1))

optimizer = optim.Adam(small.parameters(), lr=0.02)
for _ in range(200):
    optimizer.zero_grad()
    loss = loss_fn(small(X), y)
    loss.backward()
    optimizer.step()
print("small loss", loss.item())

optimizer = optim.Adam(small.parameters(), lr=0.02)
for _ in range(200):
    optimizer.zero_grad()
    loss = loss_fn(large(X), y)
    loss.backward()
    optimizer.step()
print("large loss", loss.item())
