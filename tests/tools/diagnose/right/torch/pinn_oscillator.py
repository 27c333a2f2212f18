"""Physics-informed net for u'' + 2*delta*u' + w0^2*u = 0, u(0)=1, u'(0)=0."""
import math
import torch
from torch import nn

torch.manual_seed(0)
delta, w0 = 0.5, 4.0


def exact(t):
    w = math.sqrt(w0 ** 2 - delta ** 2)
    return torch.exp(-delta * t) * (torch.cos(w * t) + delta / w * torch.sin(w * t))


net = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
t_phys = torch.linspace(0, 1.5, 60).view(-1, 1).requires_grad_(True)
t0 = torch.zeros(1, 1, requires_grad=True)


def derivative(y, x):
    return torch.autograd.grad(y, x, torch.ones_like(y), create_graph=True)[0]


for step in range(800):
    u0 = net(t0)
    ic = (u0 - 1).pow(2).sum() + 0.1 * derivative(u0, t0).pow(2).sum()
    u = net(t_phys)
    du = derivative(u, t_phys)
    d2u = derivative(du, t_phys)
    residual = d2u + 2 * delta * du + w0 ** 2 * u
    loss = ic + 1e-3 * residual.pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 200 == 0:
        print(step, f"{loss.item():.5f}")

t = torch.linspace(0, 1.5, 100).view(-1, 1)
with torch.no_grad():
    print("max error", (net(t) - exact(t)).abs().max().item())
