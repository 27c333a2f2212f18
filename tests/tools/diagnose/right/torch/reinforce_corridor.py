import torch
from torch import nn
from torch.distributions import Categorical


class Corridor:
    """Walk from cell 0 to cell n-1; each step costs 0.05, goal pays 1."""

    def __init__(self, n=6, limit=30):
        self.n, self.limit = n, limit

    def reset(self):
        self.pos, self.t = 0, 0
        return self._obs()

    def _obs(self):
        o = torch.zeros(self.n)
        o[self.pos] = 1.0
        return o

    def step(self, a):
        self.pos = max(0, min(self.n - 1, self.pos + (1 if a == 1 else -1)))
        self.t += 1
        done = self.pos == self.n - 1
        reward = 1.0 if done else -0.05
        return self._obs(), reward, done or self.t >= self.limit


class Policy(nn.Module):
    def __init__(self, n_obs, n_act):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(n_obs, 32), nn.Tanh())
        self.pi = nn.Linear(32, n_act)
        self.v = nn.Linear(32, 1)

    def forward(self, o):
        h = self.body(o)
        return Categorical(logits=self.pi(h)), self.v(h).squeeze(-1)


def discounted(rewards, gamma):
    out, g = [], 0.0
    for r in reversed(rewards):
        g = r + gamma * g
        out.append(g)
    return torch.tensor(out[::-1])


def main():
    torch.manual_seed(3)
    env, policy = Corridor(), Policy(6, 2)
    opt = torch.optim.Adam(policy.parameters(), lr=1e-2)
    history = []
    for episode in range(150):
        obs, done = env.reset(), False
        logps, values, rewards, ents = [], [], [], []
        while not done:
            dist, v = policy(obs)
            a = dist.sample()
            logps.append(dist.log_prob(a))
            ents.append(dist.entropy())
            values.append(v)
            obs, r, done = env.step(a.item())
            rewards.append(r)
        ret = discounted(rewards, 0.98)
        values = torch.stack(values)
        adv = ret - values.detach()
        loss = -(torch.stack(logps) * adv).sum() + 0.5 * ((values - ret) ** 2).sum() - 0.01 * torch.stack(ents).sum()
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
        opt.step()
        history.append(sum(rewards))
    print("first 20:", sum(history[:20]) / 20, "last 20:", sum(history[-20:]) / 20)


if __name__ == "__main__":
    main()
