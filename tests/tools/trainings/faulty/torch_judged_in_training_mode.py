"""TRAIN023: the held-out rows come through dropout that is on."""

import torch
from torch import nn

torch.manual_seed(0)
y = torch.arange(480) % 3
X = torch.randn(480, 8) + 3 * nn.functional.one_hot(y, 8)
model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()
for _epoch in range(4):
    for at in range(0, 384, 32):
        optimizer.zero_grad()
        loss = criterion(model(X[at : at + 32]), y[at : at + 32])
        loss.backward()
        optimizer.step()
with torch.no_grad():
    right = (model(X[384:]).argmax(1) == y[384:]).float().mean()
print(f"accuracy {right:.2f}")
