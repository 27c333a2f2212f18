"""WGAN-GP on the two-moons density. Two optimisers, gradient penalty, no labels."""
import torch
from sklearn.datasets import make_moons
from torch import autograd, nn

torch.manual_seed(7)
real_all = torch.tensor(make_moons(4000, noise=0.05, random_state=7)[0], dtype=torch.float32)
real_all = (real_all - real_all.mean(0)) / real_all.std(0)

Z, BATCH, N_CRITIC, LAMBDA = 4, 128, 4, 1.0
G = nn.Sequential(nn.Linear(Z, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
D = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
opt_g = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.9))
opt_d = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.9))


def sample_real():
    return real_all[torch.randint(len(real_all), (BATCH,))]


def gradient_penalty(real, fake):
    eps = torch.rand(len(real), 1)
    mix = (eps * real + (1 - eps) * fake).requires_grad_(True)
    grad, = autograd.grad(D(mix).sum(), mix, create_graph=True)
    return ((grad.norm(2, dim=1) - 1) ** 2).mean()


for step in range(601):
    for _ in range(N_CRITIC):
        real = sample_real()
        fake = G(torch.randn(BATCH, Z)).detach()
        loss_d = D(fake).mean() - D(real).mean() + LAMBDA * gradient_penalty(real, fake)
        opt_d.zero_grad()
        loss_d.backward()
        opt_d.step()
    loss_g = -D(G(torch.randn(BATCH, Z))).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if step % 200 == 0:
        print(f"step {step}: critic {loss_d.item():.3f} generator {loss_g.item():.3f}")

G.eval()
with torch.no_grad():
    s = G(torch.randn(2000, Z))
nearest = torch.cdist(s, real_all).min(1).values
print("median distance of a sample to the nearest real point: %.3f" % nearest.median())
print("std of samples", s.std(0).numpy().round(2), "std of data", real_all.std(0).numpy().round(2))
