import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn


class VAE(nn.Module):
    def __init__(self, d=64, h=128, z=8):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(d, h), nn.ReLU())
        self.mu, self.logvar = nn.Linear(h, z), nn.Linear(h, z)
        self.dec = nn.Sequential(nn.Linear(z, h), nn.ReLU(), nn.Linear(h, d))

    def forward(self, x):
        h = self.enc(x)
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar) if self.training else mu
        return self.dec(z), mu, logvar


def elbo_terms(logits, x, mu, logvar):
    rec = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1).mean()
    kl = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum(1).mean()
    return rec, kl


torch.manual_seed(0)
X = torch.tensor(load_digits().data, dtype=torch.float32) / 16.0
X = X[torch.randperm(len(X))]
train, hold = X[:1500], X[1500:]

vae = VAE()
opt = torch.optim.Adam(vae.parameters(), 2e-3)
for epoch in range(40):
    vae.train()
    beta = min(1.0, (epoch + 1) / 10)  # KL warm-up
    for xb in torch.split(train[torch.randperm(len(train))], 64):
        rec, kl = elbo_terms(*(lambda o: (o[0], xb, o[1], o[2]))(vae(xb)))
        opt.zero_grad()
        (rec + beta * kl).backward()
        opt.step()

vae.eval()
with torch.no_grad():
    logits, mu, logvar = vae(hold)
    rec, kl = elbo_terms(logits, hold, mu, logvar)
    mse = F.mse_loss(torch.sigmoid(logits), hold)
    base = F.mse_loss(train.mean(0).expand_as(hold), hold)
print(f"held-out: reconstruction {rec:.2f}, KL {kl:.2f}, mse {mse:.4f} (mean image {base:.4f})")
