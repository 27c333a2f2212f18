"""Q-learning in a corridor, with a target network and returns that grow."""

import copy
import random

import torch
from torch import nn

torch.manual_seed(0)

random.seed(0)
net = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 2))
slow = copy.deepcopy(net)
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
memory = []
for episode in range(30):
    place = 0
    for _step in range(20):
        here = nn.functional.one_hot(torch.tensor(place), 6).float()
        with torch.no_grad():
            move = int(net(here).argmax()) if random.random() > 0.4 else random.randrange(2)
        after = max(0, min(5, place + (1 if move else -1)))
        memory.append((place, move, float(after == 5), after))
        place = 0 if after == 5 else after
        if len(memory) < 32:
            continue
        froms, moves, gains, tos = zip(*random.sample(memory, 32), strict=True)
        states, later = (nn.functional.one_hot(torch.tensor(one), 6).float() for one in (froms, tos))
        with torch.no_grad():
            wanted = torch.tensor(gains) + 0.9 * slow(later).max(1).values * (torch.tensor(gains) == 0)
        given = net(states).gather(1, torch.tensor(moves).unsqueeze(1)).squeeze(1)
        loss = nn.functional.mse_loss(given, wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if episode % 5 == 0:
        slow.load_state_dict(net.state_dict())
