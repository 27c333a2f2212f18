import random
from collections import deque, namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F

random.seed(4)
torch.manual_seed(4)

SIZE, GOAL, PIT = 4, (3, 3), (1, 2)
MOVES = [(0, 1), (1, 0), (0, -1), (-1, 0)]
T = namedtuple("T", "s a r s2 done")


def encode(pos):
    v = torch.zeros(SIZE * SIZE)
    v[pos[0] * SIZE + pos[1]] = 1.0
    return v


def step(pos, a):
    r, c = pos[0] + MOVES[a][0], pos[1] + MOVES[a][1]
    nxt = (min(max(r, 0), SIZE - 1), min(max(c, 0), SIZE - 1))
    if nxt == GOAL:
        return nxt, 1.0, True
    if nxt == PIT:
        return nxt, -1.0, True
    return nxt, -0.01, False


def net():
    return nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 4))


q, q_target = net(), net()
q_target.load_state_dict(q.state_dict())
for p in q_target.parameters():
    p.requires_grad = False
opt = torch.optim.Adam(q.parameters(), lr=2e-3)
buf, gamma, updates = deque(maxlen=5000), 0.95, 0


def greedy(pos):
    with torch.no_grad():
        return q(encode(pos)).argmax().item()


for ep in range(200):
    eps = max(0.05, 1.0 - ep / 120)
    pos = (random.randrange(SIZE), random.randrange(SIZE))
    if pos in (GOAL, PIT):
        continue
    for t in range(25):
        a = random.randrange(4) if random.random() < eps else greedy(pos)
        nxt, r, done = step(pos, a)
        buf.append(T(encode(pos), a, r, encode(nxt), done))
        pos = nxt
        if len(buf) >= 64:
            b = T(*zip(*random.sample(buf, 64)))
            s, s2 = torch.stack(b.s), torch.stack(b.s2)
            a_ = torch.tensor(b.a).unsqueeze(1)
            r_ = torch.tensor(b.r)
            alive = 1.0 - torch.tensor(b.done, dtype=torch.float32)
            with torch.no_grad():
                best = q(s2).argmax(1, keepdim=True)          # double DQN
                y = r_ + gamma * alive * q_target(s2).gather(1, best).squeeze(1)
            loss = F.smooth_l1_loss(q(s).gather(1, a_).squeeze(1), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            updates += 1
            if updates % 100 == 0:
                q_target.load_state_dict(q.state_dict())
        if done:
            break

won = 0
starts = [(i, j) for i in range(SIZE) for j in range(SIZE) if (i, j) not in (GOAL, PIT)]
for pos in starts:
    for _ in range(12):
        pos, r, done = step(pos, greedy(pos))
        if done:
            won += r > 0
            break
print(f"greedy policy reaches the goal from {won} of {len(starts)} cells")
