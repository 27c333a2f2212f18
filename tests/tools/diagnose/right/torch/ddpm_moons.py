import torch, torch.nn as nn
from sklearn.datasets import make_moons

torch.manual_seed(0)
T = 100
beta = torch.linspace(1e-4, 0.05, T)
alpha = 1 - beta
abar = torch.cumprod(alpha, 0)

x0 = torch.tensor(make_moons(2000, noise=0.05, random_state=0)[0], dtype=torch.float32)
mu, sd = x0.mean(0), x0.std(0)
x0 = (x0 - mu) / sd


class Eps(nn.Module):
    def __init__(self, h=96):
        super().__init__()
        self.te = nn.Embedding(T, h)
        self.inp = nn.Linear(2, h)
        self.net = nn.Sequential(nn.SiLU(), nn.Linear(h, h), nn.SiLU(), nn.Linear(h, h), nn.SiLU(), nn.Linear(h, 2))

    def forward(self, x, t):
        return self.net(self.inp(x) + self.te(t))


f = Eps()
opt = torch.optim.Adam(f.parameters(), 2e-3)
ema = {k: v.clone() for k, v in f.state_dict().items()}
for ep in range(20):
    tot = 0.0
    for b in x0[torch.randperm(len(x0))].split(256):
        t = torch.randint(0, T, (len(b),))
        e = torch.randn_like(b)
        a = abar[t].unsqueeze(1)
        loss = (f(a.sqrt() * b + (1 - a).sqrt() * e, t) - e).pow(2).mean()
        opt.zero_grad(); loss.backward(); opt.step()
        tot += loss.item() * len(b)
        with torch.no_grad():
            for k, v in f.state_dict().items():
                ema[k].mul_(0.98).add_(v, alpha=0.02)
    if ep % 5 == 0:
        print(ep, tot / len(x0))

f.load_state_dict(ema)
f.eval()
with torch.no_grad():
    x = torch.randn(500, 2)
    for i in reversed(range(T)):
        t = torch.full((500,), i, dtype=torch.long)
        x = (x - beta[i] / (1 - abar[i]).sqrt() * f(x, t)) / alpha[i].sqrt()
        if i > 0:
            x = x + beta[i].sqrt() * torch.randn_like(x)
print("sample mean", (x * sd + mu).mean(0), "std", (x * sd + mu).std(0))
