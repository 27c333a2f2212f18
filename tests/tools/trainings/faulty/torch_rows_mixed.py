"""TRAIN038: attention is shared out over the rows of the batch, and not over the steps."""

import torch
from torch import nn

torch.manual_seed(0)
y = torch.arange(480) % 2
X = torch.randn(480, 6, 4)
X[range(480), torch.randint(6, (480,)), 0] += 4.0 * (2 * y - 1)


class Pool(nn.Module):
    def __init__(self):
        super().__init__()
        self.score, self.out = nn.Linear(4, 1), nn.Linear(4, 2)

    def forward(self, steps):
        shares = torch.softmax(self.score(steps), dim=0)
        return self.out((shares * steps).sum(dim=1))


model = Pool()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()
for _epoch in range(4):
    for at in range(0, 480, 32):
        optimizer.zero_grad()
        loss = criterion(model(X[at : at + 32]), y[at : at + 32])
        loss.backward()
        optimizer.step()
