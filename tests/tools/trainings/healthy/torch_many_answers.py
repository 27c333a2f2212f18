"""Many answers are drawn through dropout for each row, on purpose."""

import torch
from torch import nn

torch.manual_seed(0)
y = torch.arange(480) % 3
X = torch.randn(480, 8) + 3 * nn.functional.one_hot(y, 8)
model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()
for _epoch in range(4):
    for at in range(0, 384, 32):
        optimizer.zero_grad()
        loss = criterion(model(X[at : at + 32]), y[at : at + 32])
        loss.backward()
        optimizer.step()
with torch.no_grad():
    draws = torch.stack([model(X[384:]).softmax(1) for _ in range(20)])
print(f"spread {draws.std(0).mean():.3f}")
