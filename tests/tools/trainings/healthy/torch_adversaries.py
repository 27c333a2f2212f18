"""Two models against each other: neither loss need fall."""

import torch
from torch import nn

torch.manual_seed(0)
maker = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
judge = nn.Sequential(nn.Linear(1, 16), nn.ReLU(), nn.Linear(16, 1))
makes = torch.optim.Adam(maker.parameters(), lr=2e-3)
judges = torch.optim.Adam(judge.parameters(), lr=2e-3)
criterion = nn.BCEWithLogitsLoss()
right, wrong = torch.ones(64, 1), torch.zeros(64, 1)
for _step in range(200):
    made = maker(torch.randn(64, 4))
    judges.zero_grad()
    loss = criterion(judge(torch.randn(64, 1) + 2), right) + criterion(judge(made.detach()), wrong)
    loss.backward()
    judges.step()
    makes.zero_grad()
    loss = criterion(judge(made), right)
    loss.backward()
    makes.step()
