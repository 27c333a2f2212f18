"""Learn an embedding that keeps distances."""

import torch
from torch import nn


def distances(points):
    squares = ((points[:, None] - points[None]) ** 2).sum(dim=-1)
    return torch.sqrt(squares + 1e-9)


torch.manual_seed(0)
cloud = torch.randn(60, 10)
wanted = torch.cdist(cloud, cloud)
embed = nn.Linear(10, 2)
optimizer = torch.optim.Adam(embed.parameters(), lr=0.02)
for step in range(50):
    optimizer.zero_grad()
    stress = ((distances(embed(cloud)) - wanted) ** 2).mean()
    stress.backward()
    optimizer.step()
print("mean weight", embed.weight.mean().item())
