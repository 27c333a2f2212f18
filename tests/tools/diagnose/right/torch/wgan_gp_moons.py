import torch
from torch import nn, autograd
from sklearn.datasets import make_moons

torch.manual_seed(2)
Z, LAMBDA, N_CRITIC = 4, 1.0, 5

real_np, _ = make_moons(n_samples=2000, noise=0.05, random_state=0)
real_all = torch.from_numpy(real_np).float()

G = nn.Sequential(nn.Linear(Z, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 2))
D = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
opt_g = torch.optim.Adam(G.parameters(), lr=4e-4, betas=(0.5, 0.9))
opt_d = torch.optim.Adam(D.parameters(), lr=4e-4, betas=(0.5, 0.9))


def sample_real(n):
    return real_all[torch.randint(0, len(real_all), (n,))]


def gradient_penalty(real, fake):
    alpha = torch.rand(real.size(0), 1)
    mix = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    score = D(mix)
    grad = autograd.grad(score, mix, grad_outputs=torch.ones_like(score), create_graph=True)[0]
    return ((grad.norm(2, dim=1) - 1) ** 2).mean()


for it in range(500):
    for _ in range(N_CRITIC):
        real = sample_real(64)
        fake = G(torch.randn(64, Z)).detach()
        loss_d = D(fake).mean() - D(real).mean() + LAMBDA * gradient_penalty(real, fake)
        opt_d.zero_grad()
        loss_d.backward()
        opt_d.step()

    loss_g = -D(G(torch.randn(64, Z))).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if it % 100 == 99:
        print(f"{it + 1}: critic {loss_d.item():+.3f}  gen {loss_g.item():+.3f}")

with torch.no_grad():
    pts = G(torch.randn(500, Z))
print("mean real", real_all.mean(0).tolist(), "mean fake", pts.mean(0).tolist())
