"""A small GAN: the fake batch is detached for the discriminator, not for the generator."""
# needs: torch
import torch
from torch import nn

torch.manual_seed(0)
generator = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
discriminator = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
g_optimizer = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
d_optimizer = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.999))
loss_fn = nn.BCEWithLogitsLoss()
real_label, fake_label = torch.ones(64, 1), torch.zeros(64, 1)

for step in range(300):
    real = torch.randn(64, 2) * 0.3 + torch.tensor([2.0, -1.0])
    fake = generator(torch.randn(64, 8))

    discriminator.zero_grad()
    d_loss = loss_fn(discriminator(real), real_label) + loss_fn(discriminator(fake.detach()), fake_label)
    d_loss.backward()
    d_optimizer.step()

    generator.zero_grad()
    g_loss = loss_fn(discriminator(fake), real_label)
    g_loss.backward()
    g_optimizer.step()

with torch.no_grad():
    print("mean of what it makes:", generator(torch.randn(500, 8)).mean(dim=0).tolist())
