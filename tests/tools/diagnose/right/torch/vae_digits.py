import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

torch.manual_seed(0)

X = load_digits().data / 16.0
x_train, x_test = train_test_split(X, test_size=0.25, random_state=0)
x_train = torch.tensor(x_train, dtype=torch.float32)
x_test = torch.tensor(x_test, dtype=torch.float32)


class VAE(nn.Module):
    def __init__(self, d=64, h=96, z=6):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(d, h), nn.SiLU())
        self.mu = nn.Linear(h, z)
        self.logvar = nn.Linear(h, z)
        self.dec = nn.Sequential(nn.Linear(z, h), nn.SiLU(), nn.Linear(h, d))

    def encode(self, x):
        h = self.trunk(x)
        return self.mu(h), self.logvar(h)

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
        return self.dec(z), mu, logvar


def neg_elbo(logits, x, mu, logvar):
    # sum over pixels and latent dims, mean over the batch
    rec = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
    kl = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum(1)
    return (rec + kl).mean(), rec.mean(), kl.mean()


model = VAE()
opt = torch.optim.Adam(model.parameters(), 2e-3)
for epoch in range(30):
    model.train()
    for idx in torch.randperm(len(x_train)).split(128):
        batch = x_train[idx]
        out, mu, lv = model(batch)
        loss, _, _ = neg_elbo(out, batch, mu, lv)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
    if epoch % 10 == 9:
        model.eval()
        with torch.no_grad():
            out, mu, lv = model(x_test)
            total, rec, kl = neg_elbo(out, x_test, mu, lv)
        print(f"{epoch + 1:3d}  -ELBO {total:.2f}  rec {rec:.2f}  KL {kl:.2f}")

with torch.no_grad():
    sample = torch.sigmoid(model.dec(torch.randn(2, 6))).reshape(2, 8, 8)
for img in sample:
    print("\n".join("".join(" .:*#"[int(v * 4.99)] for v in row) for row in img))
    print("-" * 8)
