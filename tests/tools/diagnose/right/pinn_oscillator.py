"""Physics-informed network for u'' + u = 0, u(0)=1, u'(0)=0 on [0, 3].
There is no data set; the evaluation needs no second derivative and runs without gradients."""
import torch
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1))

    def forward(self, t):
        return 1 + t ** 2 * self.f(t)       # both initial conditions hold by construction


def d(u, t):
    return torch.autograd.grad(u, t, torch.ones_like(u), create_graph=True)[0]


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
sched = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.997)
for step in range(700):
    t = (3 * torch.rand(64, 1)).requires_grad_()
    u = net(t)
    residual = d(d(u, t), t) + u
    loss = residual.pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    sched.step()
    if step % 175 == 0:
        print(step, f"{loss.item():.5f}")

with torch.no_grad():
    t = torch.linspace(0, 3, 101).unsqueeze(1)
    print("largest error against cos(t): %.4f" % (net(t) - torch.cos(t)).abs().max().item())
