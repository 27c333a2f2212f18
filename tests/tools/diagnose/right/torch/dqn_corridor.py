# DQN on a corridor: walk right to find the prize, left end is a trap.
import random
from collections import deque, namedtuple
import copy
import torch
import torch.nn as nn
import torch.nn.functional as F

random.seed(0); torch.manual_seed(0)
Transition = namedtuple("Transition", "s a r s2 done")


class Corridor:
    n = 9

    def reset(self):
        self.pos, self.t = self.n // 2, 0
        return self._obs()

    def _obs(self):
        o = torch.zeros(self.n)
        o[self.pos] = 1.0
        return o

    def step(self, a):
        self.pos += 1 if a == 1 else -1
        self.t += 1
        if self.pos == self.n - 1:
            return self._obs(), 1.0, True, False
        if self.pos == 0:
            return self._obs(), -1.0, True, False
        return self._obs(), -0.01, False, self.t >= 40      # out of time is not an end state


class Agent:
    def __init__(self, n_obs, n_act, gamma=0.95):
        self.q = nn.Sequential(nn.Linear(n_obs, 32), nn.ReLU(), nn.Linear(32, n_act))
        self.target = copy.deepcopy(self.q).requires_grad_(False)
        self.opt = torch.optim.RMSprop(self.q.parameters(), lr=2e-3)
        self.buffer = deque(maxlen=2000)
        self.gamma, self.n_act = gamma, n_act

    def act(self, s, eps):
        if random.random() < eps:
            return random.randrange(self.n_act)
        with torch.no_grad():
            return self.q(s).argmax().item()

    def learn(self, batch_size=32):
        if len(self.buffer) < batch_size:
            return None
        b = Transition(*zip(*random.sample(self.buffer, batch_size)))
        s, s2 = torch.stack(b.s), torch.stack(b.s2)
        a = torch.tensor(b.a).unsqueeze(1)
        r = torch.tensor(b.r)
        done = torch.tensor(b.done, dtype=torch.float32)
        q = self.q(s).gather(1, a).squeeze(1)
        with torch.no_grad():
            best = self.q(s2).argmax(1, keepdim=True)              # double DQN
            nxt = self.target(s2).gather(1, best).squeeze(1)
            y = r + self.gamma * (1 - done) * nxt
        loss = F.smooth_l1_loss(q, y)
        self.opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.q.parameters(), 1.0)
        self.opt.step()
        return loss.item()


env, agent = Corridor(), Agent(9, 2)
step = 0
returns = []
for ep in range(60):
    s, over, total = env.reset(), False, 0.0
    eps = max(0.05, 1.0 - ep / 40)
    while not over:
        a = agent.act(s, eps)
        s2, r, done, timeout = env.step(a)
        over = done or timeout
        agent.buffer.append(Transition(s, a, r, s2, done))
        s, total = s2, total + r
        agent.learn()
        step += 1
        if step % 50 == 0:
            agent.target.load_state_dict(agent.q.state_dict())
    returns.append(total)
print("first ten", sum(returns[:10]) / 10, "last ten", sum(returns[-10:]) / 10)
