"""A body that was trained, then frozen, rests in evaluation mode while a new head is trained upon it."""

import torch
from torch import nn

torch.manual_seed(0)
y = torch.arange(480) % 3
X = torch.randn(480, 8) + 3 * nn.functional.one_hot(y, 8)
body = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.1))
for frozen, labels in ((False, y), (True, (y + 1) % 3)):
    head = nn.Linear(32, 3)
    body.requires_grad_(not frozen).train(not frozen)
    learns = [one for one in (*body.parameters(), *head.parameters()) if one.requires_grad]
    optimizer = torch.optim.Adam(learns, lr=1e-2)
    for _epoch in range(4):
        for at in range(0, 480, 32):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(head(body(X[at : at + 32])), labels[at : at + 32])
            loss.backward()
            optimizer.step()
