import argparse

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn, optim
from torch.utils.data import DataLoader, random_split


class VAE(nn.Module):
    def __init__(self, latent):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(64, 64), nn.ReLU())
        self.mu, self.logvar = nn.Linear(64, latent), nn.Linear(64, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, 64), nn.ReLU(), nn.Linear(64, 64))

    def encode(self, x):
        h = self.trunk(x)
        return self.mu(h), self.logvar(h)

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return self.decoder(z), mu, logvar


def negative_elbo(logits, x, mu, logvar, beta=1.0):
    """Both terms are summed over dimensions and averaged over the batch (nats per image)."""
    rec = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1).mean()
    kl = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum(1).mean()
    return rec + beta * kl, rec.detach(), kl.detach()


def run_epoch(model, loader, opt=None):
    training = opt is not None
    model.train(training)
    totals = torch.zeros(3)
    with torch.set_grad_enabled(training):
        for x in loader:
            logits, mu, logvar = model(x)
            loss, rec, kl = negative_elbo(logits, x, mu, logvar)
            if training:
                opt.zero_grad()
                loss.backward()
                opt.step()
            totals += torch.stack([loss.detach(), rec, kl]) * len(x)
    return totals / len(loader.dataset)


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--epochs", type=int, default=30)
    p.add_argument("--latent", type=int, default=6)
    a = p.parse_args()
    torch.manual_seed(0)
    X = torch.tensor(load_digits().data / 16.0, dtype=torch.float32)
    tr, va = random_split(X, [1400, len(X) - 1400], generator=torch.Generator().manual_seed(0))
    tr_dl, va_dl = DataLoader(tr, batch_size=64, shuffle=True), DataLoader(va, batch_size=256)
    vae = VAE(a.latent)
    opt = optim.Adam(vae.parameters(), lr=2e-3)
    for e in range(1, a.epochs + 1):
        t = run_epoch(vae, tr_dl, opt)
        if e % 10 == 0:
            v = run_epoch(vae, va_dl)
            print(f"epoch {e:3d}  train {t[0]:.2f}  valid {v[0]:.2f} (rec {v[1]:.2f}, kl {v[2]:.2f})")
    vae.eval()
    with torch.no_grad():
        images = torch.sigmoid(vae.decoder(torch.randn(5, a.latent)))
    print("generated:", tuple(images.shape), "range", round(images.min().item(), 3), round(images.max().item(), 3))
