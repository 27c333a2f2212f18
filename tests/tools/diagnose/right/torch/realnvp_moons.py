import math
import torch
import torch.nn as nn
from sklearn.datasets import make_moons

torch.manual_seed(2)
x, _ = make_moons(3000, noise=0.06, random_state=2)
x = torch.tensor(x, dtype=torch.float32)
train, test = x[:2400], x[2400:]
mu, sd = train.mean(0), train.std(0)
train, test = (train - mu) / sd, (test - mu) / sd


class Coupling(nn.Module):
    def __init__(self, flip, h=48):
        super().__init__()
        self.flip = flip
        self.net = nn.Sequential(nn.Linear(1, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, 2))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def split(self, v):
        a, b = v.chunk(2, 1)
        return (b, a) if self.flip else (a, b)

    def join(self, a, b):
        return torch.cat((b, a) if self.flip else (a, b), 1)

    def params(self, a):
        s, t = self.net(a).chunk(2, 1)
        return torch.tanh(s) * 2, t

    def forward(self, v):
        a, b = self.split(v)
        s, t = self.params(a)
        return self.join(a, b * s.exp() + t), s.sum(1)

    def inverse(self, v):
        a, b = self.split(v)
        s, t = self.params(a)
        return self.join(a, (b - t) * (-s).exp())


class Flow(nn.Module):
    def __init__(self, k=6):
        super().__init__()
        self.layers = nn.ModuleList(Coupling(i % 2 == 1) for i in range(k))

    def log_prob(self, v):
        logdet = torch.zeros(len(v))
        for l in self.layers:
            v, ld = l(v)
            logdet = logdet + ld
        return -0.5 * v.pow(2).sum(1) - math.log(2 * math.pi) + logdet

    def sample(self, n):
        v = torch.randn(n, 2)
        for l in reversed(self.layers):
            v = l.inverse(v)
        return v


flow = Flow()
opt = torch.optim.Adam(flow.parameters(), lr=2e-3)
with torch.no_grad():
    print("gaussian baseline nll", round(-flow.log_prob(test).mean().item(), 3))
for epoch in range(40):
    for b in train[torch.randperm(len(train))].split(200):
        opt.zero_grad()
        nll = -flow.log_prob(b).mean()
        nll.backward()
        opt.step()
with torch.no_grad():
    print("flow nll             ", round(-flow.log_prob(test).mean().item(), 3))
    s = flow.sample(4) * sd + mu
    v = test[:50]
    z = v
    for l in flow.layers:
        z, _ = l(z)
    for l in reversed(flow.layers):
        z = l.inverse(z)
    print("inversion error", (z - v).abs().max().item())
print(s)
