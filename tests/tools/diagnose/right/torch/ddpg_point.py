"""DDPG on a point-mass with target networks updated softly."""
import copy
import random
import torch
import torch.nn as nn
import torch.nn.functional as F

random.seed(0)
torch.manual_seed(0)
GAMMA, TAU = 0.95, 0.02


class Point:
    def reset(self):
        self.x, self.t = random.uniform(-2, 2), 0
        return torch.tensor([self.x])

    def step(self, a):
        self.x = max(-3.0, min(3.0, self.x + 0.5 * a))
        self.t += 1
        return torch.tensor([self.x]), -abs(self.x), self.t >= 20


actor = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 1), nn.Tanh())
critic = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 1))
actor_t, critic_t = copy.deepcopy(actor), copy.deepcopy(critic)
for p in [*actor_t.parameters(), *critic_t.parameters()]:
    p.requires_grad = False
opt_a = torch.optim.Adam(actor.parameters(), lr=2e-3)
opt_c = torch.optim.Adam(critic.parameters(), lr=5e-3)
memory = []
env = Point()


def update():
    s, a, r, s2 = (torch.stack(t) for t in zip(*random.sample(memory, 64)))
    with torch.no_grad():
        # an episode ends only by its time limit, so the value after it still counts
        target = r + GAMMA * critic_t(torch.cat([s2, actor_t(s2)], 1))
    loss_c = F.mse_loss(critic(torch.cat([s, a], 1)), target)
    opt_c.zero_grad()
    loss_c.backward()
    opt_c.step()

    loss_a = -critic(torch.cat([s, actor(s)], 1)).mean()
    opt_a.zero_grad()
    loss_a.backward()
    opt_a.step()
    with torch.no_grad():
        for net, tgt in ((actor, actor_t), (critic, critic_t)):
            for p, q in zip(net.parameters(), tgt.parameters()):
                q.lerp_(p, TAU)


for ep in range(40):
    s, done, total = env.reset(), False, 0.0
    while not done:
        with torch.no_grad():
            a = (actor(s) + 0.3 * torch.randn(1)).clamp(-1, 1)
        s2, r, done = env.step(a.item())
        memory.append((s, a, torch.tensor([r]), s2))
        s, total = s2, total + r
        if len(memory) >= 64:
            update()
    if ep % 10 == 9:
        print(f"episode {ep + 1}: return {total:.2f}")
