"""Mixture density network for a one-to-many inverse problem."""
import math
import torch
from torch import nn
from torch.utils.data import TensorDataset, DataLoader

torch.manual_seed(0)
t = torch.rand(1200, 1)
x = t + 0.3 * torch.sin(2 * math.pi * t) + 0.05 * torch.randn_like(t)
train = TensorDataset(x[:1000], t[:1000])
x_val, t_val = x[1000:], t[1000:]


class MDN(nn.Module):
    def __init__(self, k=5, hidden=32):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())
        self.pi = nn.Linear(hidden, k)
        self.mu = nn.Linear(hidden, k)
        self.log_sigma = nn.Linear(hidden, k)

    def forward(self, x):
        h = self.body(x)
        return self.pi(h).log_softmax(-1), self.mu(h), self.log_sigma(h).clamp(-5, 2)


def nll(out, y):
    log_pi, mu, log_s = out
    z = (y - mu) / log_s.exp()                       # (B, 1) against (B, K)
    log_prob = -0.5 * z ** 2 - log_s - 0.5 * math.log(2 * math.pi)
    return -torch.logsumexp(log_pi + log_prob, dim=-1).mean()


net = MDN()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
sched = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.95)
for epoch in range(20):
    for xb, tb in DataLoader(train, batch_size=100, shuffle=True):
        loss = nll(net(xb), tb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    sched.step()
    if epoch % 5 == 0:
        with torch.no_grad():
            print(epoch, "val nll", round(nll(net(x_val), t_val).item(), 3))

with torch.no_grad():
    log_pi, mu, log_s = net(torch.tensor([[0.5]]))
    comp = torch.distributions.Categorical(logits=log_pi).sample((6,)).squeeze(-1)
    draw = torch.normal(mu[0, comp], log_s[0, comp].exp())
    print("samples at x=0.5:", [round(v, 2) for v in draw.tolist()])
