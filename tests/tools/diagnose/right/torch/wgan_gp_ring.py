import math
import torch
from torch import nn, autograd

torch.manual_seed(1)
Z, LAMBDA, N_CRITIC = 8, 10.0, 5


def real_batch(n):
    k = torch.randint(0, 8, (n,))
    ang = k * (2 * math.pi / 8)
    c = torch.stack([ang.cos(), ang.sin()], 1) * 2
    return c + 0.05 * torch.randn(n, 2)


def mlp(i, o):
    return nn.Sequential(nn.Linear(i, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, o))


G, D = mlp(Z, 2), mlp(2, 1)
g_opt = torch.optim.Adam(G.parameters(), 1e-4, betas=(0.0, 0.9))
d_opt = torch.optim.Adam(D.parameters(), 1e-4, betas=(0.0, 0.9))


def gradient_penalty(real, fake):
    eps = torch.rand(real.size(0), 1)
    x = (eps * real + (1 - eps) * fake).requires_grad_(True)
    out = D(x)
    (g,) = autograd.grad(out.sum(), x, create_graph=True)
    return ((g.norm(2, dim=1) - 1) ** 2).mean()


for it in range(200):
    for _ in range(N_CRITIC):
        real = real_batch(128)
        with torch.no_grad():
            fake = G(torch.randn(128, Z))
        loss_d = D(fake).mean() - D(real).mean() + LAMBDA * gradient_penalty(real, fake)
        d_opt.zero_grad()
        loss_d.backward()
        d_opt.step()
    g_opt.zero_grad()
    loss_g = -D(G(torch.randn(128, Z))).mean()
    loss_g.backward()
    g_opt.step()
    if it % 40 == 0:
        print(it, f"D {loss_d.item():.3f} G {loss_g.item():.3f}")
