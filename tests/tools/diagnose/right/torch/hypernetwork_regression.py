import torch
from torch import nn


class HyperNet(nn.Module):
    """Maps a set of context points to the weights of a one-hidden-layer MLP."""

    def __init__(self, hidden=16, code=32):
        super().__init__()
        self.h = hidden
        self.shapes = [(hidden, 1), (hidden,), (1, hidden), (1,)]
        total = sum(torch.Size(s).numel() for s in self.shapes)
        self.phi = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, code))
        self.rho = nn.Sequential(nn.ReLU(), nn.Linear(code, 64), nn.ReLU(), nn.Linear(64, total))

    def forward(self, cx, cy):
        z = self.phi(torch.cat([cx, cy], -1)).mean(1)
        flat = self.rho(z)
        ws, off = [], 0
        for s in self.shapes:
            n = torch.Size(s).numel()
            ws.append(flat[:, off:off + n].reshape(-1, *s))
            off += n
        return ws


def main_net(ws, x):
    w1, b1, w2, b2 = ws
    h = torch.tanh(torch.einsum("bnk,bhk->bnh", x, w1) + b1.unsqueeze(1))
    return torch.einsum("bnh,boh->bno", h, w2) + b2.unsqueeze(1)


def tasks(b, n):
    amp = torch.rand(b, 1, 1) + 0.5
    ph = torch.rand(b, 1, 1) * 3
    x = torch.rand(b, n, 1) * 4 - 2
    return x, amp * torch.sin(x + ph)


torch.manual_seed(0)
net = HyperNet()
opt = torch.optim.Adam(net.parameters(), 2e-3)
for step in range(300):
    x, y = tasks(32, 30)
    ws = net(x[:, :10], y[:, :10])
    loss = ((main_net(ws, x[:, 10:]) - y[:, 10:]) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, loss.item())
with torch.no_grad():
    x, y = tasks(200, 50)
    pred = main_net(net(x[:, :10], y[:, :10]), x[:, 10:])
    print("held-out mse", ((pred - y[:, 10:]) ** 2).mean().item(), "variance", y.var().item())
