import torch
from torch import nn
from sklearn.datasets import make_moons

STEPS = 60
beta = torch.linspace(1e-4, 0.2, STEPS)
alpha = 1 - beta
abar = alpha.cumprod(0)


class Eps(nn.Module):
    def __init__(self, h=96):
        super().__init__()
        self.t = nn.Embedding(STEPS, h)
        self.inp = nn.Linear(2, h)
        self.mid = nn.Sequential(nn.SiLU(), nn.Linear(h, h), nn.SiLU(), nn.Linear(h, h), nn.SiLU())
        self.out = nn.Linear(h, 2)

    def forward(self, x, t):
        return self.out(self.mid(self.inp(x) + self.t(t)))


def noisy(x0, t, eps):
    a = abar[t].unsqueeze(1)
    return a.sqrt() * x0 + (1 - a).sqrt() * eps


@torch.no_grad()
def sample(model, n):
    model.eval()
    x = torch.randn(n, 2)
    for t in range(STEPS - 1, -1, -1):
        e = model(x, torch.full((n,), t))
        mean = (x - beta[t] / (1 - abar[t]).sqrt() * e) / alpha[t].sqrt()
        x = mean + beta[t].sqrt() * torch.randn_like(x) if t > 0 else mean
    return x


def nearest(a, b):
    return torch.cdist(a, b).min(1).values.mean().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    pts, _ = make_moons(2000, noise=0.04, random_state=0)
    data = torch.tensor(pts, dtype=torch.float32)
    data = (data - data.mean(0)) / data.std(0)
    model = Eps()
    opt = torch.optim.Adam(model.parameters(), lr=2e-3)
    for epoch in range(100):
        model.train()
        tot = 0.0
        for xb in data[torch.randperm(len(data))].split(250):
            t = torch.randint(STEPS, (len(xb),))
            eps = torch.randn_like(xb)
            loss = nn.functional.mse_loss(model(noisy(xb, t, eps), t), eps)
            opt.zero_grad()
            loss.backward()
            opt.step()
            tot += loss.item() * len(xb)
        if (epoch + 1) % 25 == 0:
            print(f"epoch {epoch + 1}: noise mse {tot / len(data):.3f}")
    s = sample(model, 1000)
    print("distance of a sample to the moons    ", round(nearest(s, data), 3))
    print("the same for a standard gaussian     ", round(nearest(torch.randn(1000, 2), data), 3))
