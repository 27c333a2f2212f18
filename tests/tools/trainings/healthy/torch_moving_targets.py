"""Q-learning: the targets move with the net, and the loss need not fall."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
X = torch.randn(512, 16)
right = (X @ torch.randn(16, 4)).argmax(1)


def net():
    return nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 4))


online, target = net(), net()
target.load_state_dict(online.state_dict())
optimizer = torch.optim.Adam(online.parameters(), lr=1e-3)
for step in range(300):
    rows, actions = torch.randint(0, 512, (32,)), torch.randint(0, 4, (32,))
    with torch.no_grad():
        after = target(X[torch.randint(0, 512, (32,))]).max(1).values
        goal = (actions == right[rows]).float() + 0.9 * after
    loss = F.smooth_l1_loss(online(X[rows]).gather(1, actions[:, None]).squeeze(1), goal)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        target.load_state_dict(online.state_dict())
