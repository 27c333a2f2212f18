"""GAN on points around a ring. Generator: non-saturating loss on logits; discriminator: fake points detached."""
import torch
from torch import nn

torch.manual_seed(5)
BATCH, Z = 128, 4


def real_points(n):
    angle = torch.rand(n) * 2 * torch.pi
    radius = 2 + 0.1 * torch.randn(n)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)


G = nn.Sequential(nn.Linear(Z, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 2))
D = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
opt_g = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.999))
opt_d = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999))
bce = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

for step in range(1500):
    # discriminator
    fake = G(torch.randn(BATCH, Z)).detach()
    loss_d = bce(D(real_points(BATCH)), ones) + bce(D(fake), zeros)
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()

    # generator: only opt_g steps; what lands in D.grad is cleared before D's next update
    loss_g = bce(D(G(torch.randn(BATCH, Z))), ones)
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()

    if (step + 1) % 500 == 0:
        with torch.no_grad():
            r = G(torch.randn(2000, Z)).norm(dim=1)
        print(f"step {step + 1}: D {loss_d.item():.3f}  G {loss_g.item():.3f}  radius {r.mean():.2f} +/- {r.std():.2f} (target 2.00 +/- 0.10)")
