"""u'' + 2 d u' + w^2 u = 0 with u(0)=1, u'(0)=0, solved by a network (no data)."""
import math
import torch
from torch import nn

torch.manual_seed(0)
D, W = 0.4, 4.0


class U(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))

    def forward(self, t):
        return 1 + t ** 2 * self.f(t)      # both initial conditions hold by construction


def residual(u, t):
    t = t.requires_grad_(True)
    y = u(t)
    dy, = torch.autograd.grad(y.sum(), t, create_graph=True)
    ddy, = torch.autograd.grad(dy.sum(), t, create_graph=True)
    return ddy + 2 * D * dy + W ** 2 * y


def exact(t):
    w = math.sqrt(W ** 2 - D ** 2)
    return torch.exp(-D * t) * (torch.cos(w * t) + D / w * torch.sin(w * t))


net = U()
opt = torch.optim.LBFGS(net.parameters(), lr=1.0, max_iter=20, history_size=50, line_search_fn="strong_wolfe")
grid = torch.linspace(0, 2, 120).unsqueeze(1)


def closure():
    opt.zero_grad()
    loss = residual(net, grid.clone()).pow(2).mean()
    loss.backward()
    return loss


for it in range(40):
    loss = opt.step(closure)
    if it % 10 == 9:
        print(f"{(it + 1) * 20:4d} iterations   residual {loss.item():.3e}")

net.eval()
check = torch.rand(200, 1) * 2
res = residual(net, check.clone()).detach()
with torch.no_grad():
    err = (net(check) - exact(check)).abs().max()
print(f"off-grid: rms residual {res.pow(2).mean().sqrt():.3e}, max error {err:.3e}")
