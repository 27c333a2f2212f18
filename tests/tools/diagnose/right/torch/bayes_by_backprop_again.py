"""Bayes by backprop for a small classifier (mean-field gaussian, local reparameterisation)."""
import math
import torch
from torch import nn
import torch.nn.functional as F
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split


class BayesLinear(nn.Module):
    def __init__(self, i, o, prior_sd=1.0):
        super().__init__()
        self.mu = nn.Parameter(torch.randn(o, i) / math.sqrt(i))
        self.rho = nn.Parameter(torch.full((o, i), -4.0))
        self.bias = nn.Parameter(torch.zeros(o))
        self.prior_sd = prior_sd

    def forward(self, x):
        sd = F.softplus(self.rho)
        mean = F.linear(x, self.mu, self.bias)
        var = F.linear(x ** 2, sd ** 2)
        return mean + (var + 1e-10).sqrt() * torch.randn_like(mean)

    def kl(self):
        sd = F.softplus(self.rho)
        r = (sd / self.prior_sd) ** 2
        return 0.5 * (r + (self.mu / self.prior_sd) ** 2 - 1 - r.log()).sum()


class BNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = BayesLinear(2, 32), BayesLinear(32, 2)

    def forward(self, x):
        return self.b(F.relu(self.a(x)))

    def kl(self):
        return self.a.kl() + self.b.kl()

    @torch.no_grad()
    def predictive(self, x, draws=50):
        return torch.stack([self(x).softmax(1) for _ in range(draws)]).mean(0)


def entropy(p):
    return -(p * p.clamp(min=1e-9).log()).sum(1)


def main():
    torch.manual_seed(0)
    X, y = make_moons(600, noise=0.2, random_state=0)
    Xa, Xb, ya, yb = train_test_split(X, y, random_state=0, stratify=y)
    Xa, Xb = torch.tensor(Xa).float(), torch.tensor(Xb).float()
    ya, yb = torch.tensor(ya), torch.tensor(yb)
    net = BNN()
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    n = len(Xa)
    for epoch in range(150):
        for i in torch.randperm(n).split(90):
            loss = F.cross_entropy(net(Xa[i]), ya[i]) + net.kl() / n
            opt.zero_grad()
            loss.backward()
            opt.step()
        if epoch % 50 == 49:
            print(f"epoch {epoch + 1}  -elbo per point {loss.item():.3f}")
    net.eval()
    p = net.predictive(Xb)
    print("test accuracy", (p.argmax(1) == yb).float().mean().item())
    print("test nll     ", F.nll_loss(p.clamp(min=1e-9).log(), yb).item())
    grid = torch.tensor([[0.5, 0.25], [0.0, 1.0], [1.0, -0.5]])
    print("entropy between the moons / on them", entropy(net.predictive(grid)).tolist())


main()
