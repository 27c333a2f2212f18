"""Bayes by Backprop: variational weights, KL scaled by the number of batches."""
import math
import torch
from torch import nn
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence


class BayesLinear(nn.Module):
    def __init__(self, i, o, prior=1.0):
        super().__init__()
        self.w_mu = nn.Parameter(torch.randn(o, i) / math.sqrt(i))
        self.w_rho = nn.Parameter(torch.full((o, i), -4.0))
        self.b_mu = nn.Parameter(torch.zeros(o))
        self.b_rho = nn.Parameter(torch.full((o,), -4.0))
        self.register_buffer("prior", torch.tensor(prior))

    def posterior(self):
        return Normal(self.w_mu, F.softplus(self.w_rho)), Normal(self.b_mu, F.softplus(self.b_rho))

    def forward(self, x):
        w, b = self.posterior()
        return F.linear(x, w.rsample(), b.rsample())

    def kl(self):
        p = Normal(torch.zeros_like(self.prior), self.prior)
        return sum(kl_divergence(q, p).sum() for q in self.posterior())


class Net(nn.Sequential):
    def kl(self):
        return sum(m.kl() for m in self if isinstance(m, BayesLinear))


torch.manual_seed(0)
x = torch.rand(256, 1) * 4 - 2
noise_sd = 0.1
y = torch.sin(2 * x) + noise_sd * torch.randn_like(x)
net = Net(BayesLinear(1, 32), nn.Tanh(), BayesLinear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
batches = 4
for epoch in range(150):
    epoch_nll = 0.0
    for idx in torch.randperm(256).chunk(batches):
        nll = -Normal(net(x[idx]), noise_sd).log_prob(y[idx]).sum()
        loss = nll + net.kl() / batches
        opt.zero_grad()
        loss.backward()
        opt.step()
        epoch_nll += nll.item()
    if epoch % 50 == 49:
        print(epoch + 1, round(epoch_nll / 256, 3), "kl", round(net.kl().item(), 1))
with torch.no_grad():
    grid = torch.tensor([[-4.0], [0.0], [1.0], [4.0]])
    draws = torch.stack([net(grid) for _ in range(200)])
print("sd of the function", [round(v, 3) for v in draws.std(0).squeeze(-1).tolist()])
