"""A body that was trained before, loaded; the optimiser has a new head alone."""

import torch
from torch import nn

torch.manual_seed(0)
y = torch.arange(480) % 3
X = torch.randn(480, 8) + 3 * nn.functional.one_hot(y, 8)
body = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU())
weights = {name: one.clone() for name, one in body.state_dict().items()}
body.load_state_dict(weights)
body.eval()
head = nn.Linear(32, 3)
optimizer = torch.optim.Adam(head.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()
for _epoch in range(5):
    for at in range(0, 480, 32):
        optimizer.zero_grad()
        loss = criterion(head(body(X[at : at + 32])), y[at : at + 32])
        loss.backward()
        optimizer.step()
