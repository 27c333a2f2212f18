"""PPO with GAE on a one-dimensional balancing task."""
import torch
from torch import nn
from torch.distributions import Categorical

torch.manual_seed(7)


class Balance:
    """Keep x inside (-1, 1) while noise and an unstable drift push it out."""

    def reset(self):
        self.x, self.v, self.t = torch.empty(1).uniform_(-0.2, 0.2).item(), 0.0, 0
        return torch.tensor([self.x, self.v])

    def step(self, a):
        force = 0.08 if a == 1 else -0.08
        self.v += 0.05 * self.x + force
        self.x += 0.3 * self.v
        self.t += 1
        failed = abs(self.x) > 1
        return torch.tensor([self.x, self.v]), 1.0, failed, self.t >= 60


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 32), nn.Tanh())
        self.pi, self.v = nn.Linear(32, 2), nn.Linear(32, 1)

    def forward(self, s):
        h = self.body(s)
        return Categorical(logits=self.pi(h)), self.v(h).squeeze(-1)


def rollout(env, net, horizon, gamma=0.98, lam=0.95):
    S, A, LP, V, R, NV, END, lengths, n = [], [], [], [], [], [], [], [], 0
    s = env.reset()
    for _ in range(horizon):
        with torch.no_grad():
            dist, v = net(s)
            a = dist.sample()
            lp = dist.log_prob(a)
        s2, r, failed, timeout = env.step(a.item())
        with torch.no_grad():
            nv = torch.zeros(()) if failed else net(s2)[1]     # bootstrap on a time limit
        S.append(s); A.append(a); LP.append(lp); V.append(v); R.append(r); NV.append(nv)
        END.append(failed or timeout)
        n += 1
        if failed or timeout:
            lengths.append(n)
            n, s2 = 0, env.reset()
        s = s2
    V, NV = torch.stack(V), torch.stack(NV)
    adv, gae = torch.zeros(horizon), 0.0
    for t in reversed(range(horizon)):
        delta = R[t] + gamma * NV[t] - V[t]
        gae = delta + gamma * lam * (0.0 if END[t] else gae)
        adv[t] = gae
    return torch.stack(S), torch.stack(A), torch.stack(LP), adv, adv + V, lengths


net, env = ActorCritic(), Balance()
opt = torch.optim.Adam(net.parameters(), lr=5e-3, eps=1e-5)
CLIP = 0.2
for it in range(14):
    S, A, LP_old, adv, ret, lengths = rollout(env, net, 256)
    adv = (adv - adv.mean()) / (adv.std() + 1e-8)
    for _ in range(4):
        for idx in torch.randperm(len(S)).split(64):
            dist, v = net(S[idx])
            ratio = (dist.log_prob(A[idx]) - LP_old[idx]).exp()
            surr = torch.min(ratio * adv[idx], ratio.clamp(1 - CLIP, 1 + CLIP) * adv[idx])
            loss = -surr.mean() + 0.5 * (ret[idx] - v).pow(2).mean() - 0.01 * dist.entropy().mean()
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 0.5)
            opt.step()
    print(f"iter {it}: mean episode {sum(lengths) / max(len(lengths), 1):.1f}")
