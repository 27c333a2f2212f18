"""Denoising diffusion on a 2-D ring."""
import math
import torch
import torch.nn as nn

torch.manual_seed(0)
T = 100
betas = torch.linspace(1e-4, 0.1, T)
alphas = 1 - betas
abar = torch.cumprod(alphas, dim=0)


def ring(n):
    th = torch.rand(n) * 2 * math.pi
    return torch.stack([th.cos(), th.sin()], 1) + 0.05 * torch.randn(n, 2)


class Eps(nn.Module):
    def __init__(self, h=64):
        super().__init__()
        self.t_emb = nn.Embedding(T, h)
        self.inp = nn.Linear(2, h)
        self.net = nn.Sequential(nn.SiLU(), nn.Linear(h, h), nn.SiLU(), nn.Linear(h, 2))

    def forward(self, x, t):
        return self.net(self.inp(x) + self.t_emb(t))


model = Eps()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(1500):
    x0 = ring(256)
    t = torch.randint(0, T, (256,))
    noise = torch.randn_like(x0)
    a = abar[t].unsqueeze(1)
    xt = a.sqrt() * x0 + (1 - a).sqrt() * noise
    loss = nn.functional.mse_loss(model(xt, t), noise)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 300 == 0:
        print(step, round(loss.item(), 3))


@torch.no_grad()
def sample(n):
    x = torch.randn(n, 2)
    for i in reversed(range(T)):
        t = torch.full((n,), i, dtype=torch.long)
        eps = model(x, t)
        x = (x - betas[i] / (1 - abar[i]).sqrt() * eps) / alphas[i].sqrt()
        if i > 0:
            x = x + betas[i].sqrt() * torch.randn_like(x)
    return x


model.eval()
r = sample(400).norm(dim=1)
print(f"radius of samples: {r.mean().item():.2f} +- {r.std().item():.2f}")
