"""REINFORCE with a learned baseline on a ten-cell corridor with a slippery floor."""
import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical


class Corridor:
    def __init__(self, length=10, slip=0.1, seed=0):
        self.n, self.slip = length, slip
        self.rng = np.random.default_rng(seed)

    def obs(self):
        o = np.zeros(self.n, dtype=np.float32)
        o[self.pos] = 1
        return torch.from_numpy(o)

    def reset(self):
        self.pos, self.t = self.n // 2, 0
        return self.obs()

    def step(self, a):
        if self.rng.random() < self.slip:
            a = 1 - a
        self.pos = min(max(self.pos + (1 if a == 1 else -1), 0), self.n - 1)
        self.t += 1
        goal = self.pos == self.n - 1
        done = goal or self.pos == 0 or self.t >= 40
        reward = 1.0 if goal else -0.02
        return self.obs(), reward, done


def discounted(rewards, gamma=0.98):
    out, g = [], 0.0
    for r in reversed(rewards):
        g = r + gamma * g
        out.append(g)
    return torch.tensor(out[::-1])


def main():
    torch.manual_seed(0)
    env = Corridor()
    policy = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 2))
    value = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 1))
    opt = torch.optim.Adam([*policy.parameters(), *value.parameters()], lr=5e-3)

    history = []
    for episode in range(300):
        s, done = env.reset(), False
        states, logps, rewards = [], [], []
        while not done:
            dist = Categorical(logits=policy(s))
            a = dist.sample()
            states.append(s)
            logps.append(dist.log_prob(a))
            s, r, done = env.step(a.item())
            rewards.append(r)
        G = discounted(rewards)
        v = value(torch.stack(states)).squeeze(-1)
        advantage = G - v.detach()
        loss = -(torch.stack(logps) * advantage).sum() + nn.functional.mse_loss(v, G)
        opt.zero_grad()
        loss.backward()
        opt.step()
        history.append(sum(rewards))
        if (episode + 1) % 100 == 0:
            print(episode + 1, "mean return of the last 50:", round(float(np.mean(history[-50:])), 3))


main()
