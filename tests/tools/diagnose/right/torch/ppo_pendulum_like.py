"""PPO on a hand-written vectorised 'reach the point' task."""
from dataclasses import dataclass

import torch
import torch.nn as nn
from torch.distributions import Normal


@dataclass
class PPOConfig:
    n_envs: int = 16
    horizon: int = 50
    gamma: float = 0.97
    lam: float = 0.95
    clip: float = 0.2
    epochs: int = 4
    minibatch: int = 128
    lr: float = 3e-3
    ent_coef: float = 0.001
    vf_coef: float = 0.5
    iterations: int = 30


class ReachEnv:
    """1-d double integrator; state (position, velocity); reward -(x^2 + 0.1 v^2 + 0.01 a^2)."""

    def __init__(self, n, max_steps=50):
        self.n, self.max_steps = n, max_steps
        self.s = torch.zeros(n, 2)
        self.t = torch.zeros(n, dtype=torch.long)
        self._reset(torch.ones(n, dtype=torch.bool))

    def _reset(self, m):
        self.s[m] = torch.rand(int(m.sum()), 2) * 2 - 1
        self.t[m] = 0

    def step(self, a):
        a = a.clamp(-1, 1)
        x, v = self.s[:, 0], self.s[:, 1]
        v = v + 0.1 * a
        x = x + 0.1 * v
        self.s = torch.stack([x, v], 1)
        self.t += 1
        r = -(x ** 2 + 0.1 * v ** 2 + 0.01 * a ** 2)
        trunc = self.t >= self.max_steps
        final = self.s.clone()
        if trunc.any():
            self._reset(trunc)
        return self.s.clone(), r, trunc, final


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.pi = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
        self.v = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
        self.log_std = nn.Parameter(torch.full((1,), -0.5))

    def dist(self, s):
        return Normal(self.pi(s).squeeze(-1), self.log_std.exp())

    def value(self, s):
        return self.v(s).squeeze(-1)


@torch.no_grad()
def collect(env, ac, cfg, s):
    keys = ("s", "a", "logp", "v", "r", "trunc", "v_next")
    buf = {k: [] for k in keys}
    for _ in range(cfg.horizon):
        d = ac.dist(s)
        a = d.sample()
        s2, r, trunc, final = env.step(a)
        for k, val in zip(keys, (s, a, d.log_prob(a), ac.value(s), r, trunc.float(), ac.value(final))):
            buf[k].append(val)
        s = s2
    b = {k: torch.stack(v) for k, v in buf.items()}
    adv = torch.zeros(cfg.horizon, cfg.n_envs)
    run = torch.zeros(cfg.n_envs)
    for t in reversed(range(cfg.horizon)):
        delta = b["r"][t] + cfg.gamma * b["v_next"][t] - b["v"][t]
        run = delta + cfg.gamma * cfg.lam * (1 - b["trunc"][t]) * run
        adv[t] = run
    b["adv"], b["ret"] = adv, adv + b["v"]
    return {k: v.flatten(0, 1) for k, v in b.items()}, s


def update(ac, opt, b, cfg):
    n = len(b["a"])
    for _ in range(cfg.epochs):
        for idx in torch.randperm(n).split(cfg.minibatch):
            adv = b["adv"][idx]
            adv = (adv - adv.mean()) / (adv.std() + 1e-8)
            d = ac.dist(b["s"][idx])
            ratio = (d.log_prob(b["a"][idx]) - b["logp"][idx]).exp()
            pg = -torch.min(ratio * adv, ratio.clamp(1 - cfg.clip, 1 + cfg.clip) * adv).mean()
            vf = (ac.value(b["s"][idx]) - b["ret"][idx]).pow(2).mean()
            loss = pg + cfg.vf_coef * vf - cfg.ent_coef * d.entropy().mean()
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(ac.parameters(), 0.5)
            opt.step()


if __name__ == "__main__":
    torch.manual_seed(0)
    cfg = PPOConfig()
    env, ac = ReachEnv(cfg.n_envs), ActorCritic()
    opt = torch.optim.Adam(ac.parameters(), lr=cfg.lr)
    s = env.s.clone()
    for it in range(cfg.iterations):
        b, s = collect(env, ac, cfg, s)
        update(ac, opt, b, cfg)
        if it % 5 == 0 or it == cfg.iterations - 1:
            print(it, "mean reward", b["r"].mean().item())
