"""A second network follows the first one slowly; it has no optimiser of its own and needs none."""
# needs: torch
import copy

import torch
from torch import nn

torch.manual_seed(0)
online = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
target = copy.deepcopy(online).requires_grad_(False)
optimizer = torch.optim.Adam(online.parameters(), lr=1e-3)
gamma, tau = 0.9, 0.05

states = torch.randn(2000, 4)
actions = torch.randint(0, 2, (2000,))
rewards = states[torch.arange(2000), actions]
next_states = states + 0.1 * torch.randn(2000, 4)
for step in range(200):
    pick = torch.randint(0, 2000, (64,))
    with torch.no_grad():
        best_next = target(next_states[pick]).max(dim=1).values
        goal = rewards[pick] + gamma * best_next
    value = online(states[pick]).gather(1, actions[pick].unsqueeze(1)).squeeze(1)
    loss = nn.functional.smooth_l1_loss(value, goal)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for slow, fast in zip(target.parameters(), online.parameters()):
            slow.lerp_(fast, tau)
print("loss", loss.item())
