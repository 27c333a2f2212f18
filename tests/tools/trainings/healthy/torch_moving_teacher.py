"""Two views of a row are brought together, beside a teacher of moving averages in training mode."""

import copy

import torch
from torch import nn

torch.manual_seed(0)

X = torch.randn(512, 8)
student = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 16))
tells = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 16))
teacher = copy.deepcopy(student).requires_grad_(False)
optimizer = torch.optim.Adam([*student.parameters(), *tells.parameters()], lr=3e-3)
for _epoch in range(6):
    for at in range(0, 512, 64):
        one, other = (X[at : at + 64] + 0.1 * torch.randn(64, 8) for _ in range(2))
        with torch.no_grad():
            wanted = nn.functional.normalize(teacher(other), dim=1)
        given = nn.functional.normalize(tells(student(one)), dim=1)
        loss = 2 - 2 * (wanted * given).sum(dim=1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for mine, his in zip(student.parameters(), teacher.parameters(), strict=True):
                his.lerp_(mine, 0.01)
