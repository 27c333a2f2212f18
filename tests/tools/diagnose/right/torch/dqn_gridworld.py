import random
from collections import deque, namedtuple

import torch
from torch import nn

Transition = namedtuple("Transition", "s a r s2 done")


class Grid:
    MOVES = [(0, 1), (0, -1), (1, 0), (-1, 0)]

    def __init__(self, n=4):
        self.n = n

    def reset(self):
        self.p, self.t = (0, 0), 0
        return self.obs()

    def obs(self):
        v = torch.zeros(self.n * self.n)
        v[self.p[0] * self.n + self.p[1]] = 1
        return v

    def step(self, a):
        dx, dy = self.MOVES[a]
        self.p = (min(max(self.p[0] + dx, 0), self.n - 1), min(max(self.p[1] + dy, 0), self.n - 1))
        self.t += 1
        terminal = self.p == (self.n - 1, self.n - 1)
        return self.obs(), (1.0 if terminal else -0.01), terminal, self.t >= 40


class ReplayBuffer:
    def __init__(self, cap):
        self.data = deque(maxlen=cap)

    def push(self, *args):
        self.data.append(Transition(*args))

    def sample(self, n):
        b = Transition(*zip(*random.sample(self.data, n)))
        return (torch.stack(b.s), torch.tensor(b.a), torch.tensor(b.r), torch.stack(b.s2), torch.tensor(b.done, dtype=torch.float32))

    def __len__(self):
        return len(self.data)


def q_net():
    return nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 4))


random.seed(0)
torch.manual_seed(0)
env, buf = Grid(), ReplayBuffer(5000)
online, target = q_net(), q_net()
target.load_state_dict(online.state_dict())
opt = torch.optim.Adam(online.parameters(), lr=2e-3)
gamma, eps, step = 0.97, 1.0, 0
lengths = []
for ep in range(70):
    s = env.reset()
    while True:
        if random.random() < eps:
            a = random.randrange(4)
        else:
            with torch.no_grad():
                a = online(s).argmax().item()
        s2, r, terminal, truncated = env.step(a)
        buf.push(s, a, r, s2, terminal)  # time-outs are bootstrapped
        s = s2
        step += 1
        eps = max(0.05, eps * 0.997)
        if len(buf) >= 64:
            bs, ba, br, bs2, bd = buf.sample(64)
            q = online(bs).gather(1, ba.unsqueeze(1)).squeeze(1)
            with torch.no_grad():
                best = online(bs2).argmax(1, keepdim=True)          # double DQN
                y = br + gamma * (1 - bd) * target(bs2).gather(1, best).squeeze(1)
            loss = nn.functional.smooth_l1_loss(q, y)
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_value_(online.parameters(), 1.0)
            opt.step()
        if step % 100 == 0:
            target.load_state_dict(online.state_dict())
        if terminal or truncated:
            break
    lengths.append(env.t)
print("mean length, first 10:", sum(lengths[:10]) / 10, "last 10:", sum(lengths[-10:]) / 10)
s, n = env.reset(), 0
terminal = truncated = False
while not (terminal or truncated):
    with torch.no_grad():
        s, _, terminal, truncated = env.step(online(s).argmax().item())
    n += 1
print("greedy path length", n, "reached", terminal)
