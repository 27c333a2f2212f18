"""One body, a class and a value, and a loss of both."""

import torch
from torch import nn

torch.manual_seed(0)
y = torch.arange(480) % 3
X = torch.randn(480, 8) + 3 * nn.functional.one_hot(y, 8)
value = X.sum(dim=1, keepdim=True)


class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 32), nn.ReLU())
        self.kind, self.size = nn.Linear(32, 3), nn.Linear(32, 1)

    def forward(self, rows):
        hidden = self.body(rows)
        return self.kind(hidden), self.size(hidden)


model = Both()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for _epoch in range(6):
    for at in range(0, 384, 32):
        kinds, sizes = model(X[at : at + 32])
        loss = nn.functional.cross_entropy(kinds, y[at : at + 32])
        loss = loss + 0.1 * nn.functional.mse_loss(sizes, value[at : at + 32])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
model.eval()
with torch.no_grad():
    kinds, sizes = model(X[384:])
