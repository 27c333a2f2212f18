"""All rows in each step, and a binary loss."""

import torch
from torch import nn

torch.manual_seed(1)
X = 2 * torch.rand(800, 2) - 1
y = (X.pow(2).sum(1) > 0.6).long()
target = y.float().unsqueeze(1)
model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for _step in range(300):
    optimizer.zero_grad()
    loss = nn.functional.binary_cross_entropy_with_logits(model(X), target)
    loss.backward()
    optimizer.step()
