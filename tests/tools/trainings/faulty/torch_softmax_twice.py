"""TRAIN027: a method of the model ends with softmax, and so does the loss."""

import torch
from torch import nn

torch.manual_seed(0)
y = torch.arange(480) % 3
X = torch.randn(480, 8) + 3 * nn.functional.one_hot(y, 8)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))

    def shares(self, rows):
        return torch.softmax(self.body(rows), dim=1)

    def forward(self, rows):
        return self.shares(rows)


model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()
for _epoch in range(4):
    for at in range(0, 480, 32):
        optimizer.zero_grad()
        loss = criterion(model(X[at : at + 32]), y[at : at + 32])
        loss.backward()
        optimizer.step()
