import torch
from torch import nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class VectorQuantizer(nn.Module):
    def __init__(self, n_codes=32, dim=8, beta=0.25):
        super().__init__()
        self.codes = nn.Embedding(n_codes, dim)
        nn.init.uniform_(self.codes.weight, -0.5, 0.5)
        self.beta = beta

    def forward(self, z):                                   # [B, C, H, W]
        flat = z.permute(0, 2, 3, 1).reshape(-1, z.size(1))
        idx = torch.cdist(flat.detach(), self.codes.weight.detach()).argmin(1)
        q = self.codes(idx).view(z.size(0), z.size(2), z.size(3), -1).permute(0, 3, 1, 2)
        loss = F.mse_loss(q, z.detach()) + self.beta * F.mse_loss(z, q.detach())
        return z + (q - z).detach(), loss, idx


class VQVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Sequential(nn.Conv2d(1, 32, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(32, 8, 1))
        self.vq = VectorQuantizer()
        self.dec = nn.Sequential(nn.Conv2d(8, 32, 3, padding=1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1))

    def forward(self, x):
        q, vq_loss, idx = self.vq(self.enc(x))
        return self.dec(q), vq_loss, idx


def main():
    torch.manual_seed(0)
    X = torch.tensor(load_digits().images / 16.0, dtype=torch.float32).unsqueeze(1)
    tr, te = train_test_split(range(len(X)), test_size=0.2, random_state=0)
    xtr, xte = X[tr], X[te]
    net = VQVAE()
    opt = torch.optim.Adam(net.parameters(), lr=2e-3)
    for epoch in range(30):
        net.train()
        for i in torch.randperm(len(xtr)).split(64):
            rec, vq, _ = net(xtr[i])
            loss = F.mse_loss(rec, xtr[i]) + vq
            opt.zero_grad()
            loss.backward()
            opt.step()
    net.eval()
    with torch.no_grad():
        rec, _, idx = net(xte)
        base = F.mse_loss(xtr.mean(0, keepdim=True).expand_as(xte), xte)
    usage = torch.bincount(idx, minlength=32).float()
    p = usage[usage > 0] / usage.sum()
    print(f"test mse {F.mse_loss(rec, xte):.4f}  (mean picture {base:.4f})  perplexity of the codes {torch.exp(-(p * p.log()).sum()):.1f}")


main()
