import torch, torch.nn as nn

# A hypernetwork writes the weights of a one-hidden-layer regressor from a task code (a, b): y = a * sin(b * x)
H = 16
SIZES = [(H, 1), (H,), (1, H), (1,)]
TOTAL = sum(torch.Size(s).numel() for s in SIZES)


class Hyper(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, TOTAL))
        with torch.no_grad():
            self.net[-1].weight.mul_(0.3)

    def forward(self, code, x):                        # code [T, 2], x [T, n, 1]
        flat = self.net(code)
        w1, b1, w2, b2 = (p.view(-1, *s) for p, s in zip(flat.split([torch.Size(s).numel() for s in SIZES], 1), SIZES))
        h = torch.tanh(torch.einsum("tni,thi->tnh", x, w1) + b1[:, None])
        return torch.einsum("tnh,toh->tno", h, w2) + b2[:, None]


def tasks(t, n, gen):
    code = torch.rand(t, 2, generator=gen) * torch.tensor([2.0, 1.5]) + torch.tensor([0.5, 0.5])
    x = torch.rand(t, n, 1, generator=gen) * 4 - 2
    return code, x, code[:, :1, None] * torch.sin(code[:, 1:, None] * x)


torch.manual_seed(0)
gen = torch.Generator().manual_seed(0)
hyper = Hyper()
opt = torch.optim.Adam(hyper.parameters(), 2e-3)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=1500)
for step in range(1500):
    code, x, y = tasks(32, 32, gen)
    loss = (hyper(code, x) - y).square().mean()
    opt.zero_grad(); loss.backward(); opt.step(); sched.step()
    if step % 500 == 499:
        print(step + 1, f"{loss.item():.5f}")

code, x, y = tasks(200, 64, torch.Generator().manual_seed(77))
with torch.no_grad():
    mse = (hyper(code, x) - y).square().mean().item()
print(f"unseen tasks: mse {mse:.5f} against variance {y.var().item():.3f}")
