"""Distil a large network into a small one."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
teacher = nn.Sequential(nn.Linear(10, 64), nn.Tanh(), nn.Linear(64, 5))
student = nn.Linear(10, 5)
x = torch.randn(500, 10)
with torch.no_grad():
    soft_targets = F.softmax(4 * teacher(x), dim=1)

distance = nn.KLDivLoss(reduction="batchmean")
optimizer = torch.optim.Adam(student.parameters(), lr=0.02)
for epoch in range(150):
    optimizer.zero_grad()
    loss = distance(F.log_softmax(student(x), dim=1), soft_targets)
    loss.backward()
    optimizer.step()
print("divergence", loss.item())
