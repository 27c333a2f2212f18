"""A GAN that learns the mean of a bell curve."""

import torch
from torch import nn, optim

torch.manual_seed(0)
G = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
D = nn.Sequential(nn.Linear(1, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
opt_g = optim.Adam(G.parameters(), lr=5e-3)
opt_d = optim.Adam(D.parameters(), lr=5e-3)
bce = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(64, 1), torch.zeros(64, 1)

for step in range(500):
    real = 3 + 0.5 * torch.randn(64, 1)
    fake = G(torch.randn(64, 4))

    opt_d.zero_grad()
    loss_d = bce(D(real), ones) + bce(D(fake.detach()), zeros)
    loss_d.backward()
    opt_d.step()

    opt_g.zero_grad()
    loss_g = bce(D(fake.detach()), ones)
    loss_g.backward()
    opt_g.step()

made = G(torch.randn(1000, 4)).mean().item()
print("distance of the means", abs(made - 3))
