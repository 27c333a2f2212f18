# Ring-of-gaussians GAN
import math
import torch
from torch import nn

torch.manual_seed(3)
K, R = 8, 2.0
ang = torch.arange(K) * 2 * math.pi / K
centres = R * torch.stack([ang.cos(), ang.sin()], 1)


def real(n):
    return centres[torch.randint(K, (n,))] + 0.1 * torch.randn(n, 2)


G = nn.Sequential(nn.Linear(8, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 2))
D = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
og = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.9))
od = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.9))
bce = nn.BCEWithLogitsLoss()
n = 128
one, zero = torch.ones(n, 1), torch.zeros(n, 1)

for it in range(1500):
    fake = G(torch.randn(n, 8))

    od.zero_grad()
    d_loss = bce(D(real(n)), one * 0.9) + bce(D(fake.detach()), zero)
    d_loss.backward()
    od.step()

    # non-saturating generator objective: same fake batch, updated critic
    og.zero_grad()
    g_loss = bce(D(fake), one)
    g_loss.backward()
    og.step()

    if (it + 1) % 500 == 0:
        with torch.no_grad():
            s = G(torch.randn(2000, 8))
            d, near = torch.cdist(s, centres).min(1)
            modes = near[d < 0.5].unique().numel()
        print(f"{it + 1} d={d_loss.item():.3f} g={g_loss.item():.3f} modes={modes}/{K} close={(d < 0.5).float().mean().item():.2f}")
