"""A small variational autoencoder of 8x8 digits."""

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn, optim
from torch.utils.data import DataLoader


class VAE(nn.Module):
    def __init__(self, pixels=64, hidden=48, code=4):
        super().__init__()
        self.encode_hidden = nn.Linear(pixels, hidden)
        self.to_mean = nn.Linear(hidden, code)
        self.to_log_variance = nn.Linear(hidden, code)
        self.decode_hidden = nn.Linear(code, hidden)
        self.to_pixels = nn.Linear(hidden, pixels)

    def encode(self, x):
        h = torch.relu(self.encode_hidden(x))
        return self.to_mean(h), self.to_log_variance(h).clamp(-8, 8)

    def sample(self, mean, log_variance):
        return mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)

    def decode(self, z):
        return self.to_pixels(torch.relu(self.decode_hidden(z)))

    def forward(self, x):
        mean, log_variance = self.encode(x)
        return self.decode(self.sample(mean, log_variance)), mean, log_variance


def elbo_loss(logits, x, mean, log_variance):
    """Reconstruction and divergence from the prior, per picture."""
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    divergence = 0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
    return (reconstruction + divergence) / len(x)


def train(model, loader, epochs):
    optimizer = optim.Adam(model.parameters(), lr=2e-3)
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for x in loader:
            optimizer.zero_grad()
            loss = elbo_loss(*parts(model, x))
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch} total {total / len(loader):.3f}")


def parts(model, x):
    logits, mean, log_variance = model(x)
    return logits, x, mean, log_variance


if __name__ == "__main__":
    torch.manual_seed(0)
    pixels = torch.tensor(load_digits().data / 16, dtype=torch.float32)
    train(VAE(), DataLoader(pixels, batch_size=128, shuffle=True), epochs=8)
