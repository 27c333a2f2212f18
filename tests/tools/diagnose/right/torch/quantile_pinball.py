import torch
from torch import nn, Tensor

QS = torch.tensor([0.05, 0.25, 0.5, 0.75, 0.95])


class QuantileNet(nn.Module):
    """Quantiles that cannot cross: the lowest one plus cumulated positive steps."""

    def __init__(self, n_in: int, hidden: int = 48):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(n_in, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(), nn.Linear(hidden, len(QS)))

    def forward(self, x: Tensor) -> Tensor:
        raw = self.body(x)
        steps = torch.cat([raw[:, :1], nn.functional.softplus(raw[:, 1:])], 1)
        return steps.cumsum(1)


def pinball(q_hat: Tensor, y: Tensor) -> Tensor:
    diff = y.unsqueeze(1) - q_hat
    return torch.maximum(QS * diff, (QS - 1) * diff).mean()


def simulate(n: int, gen: torch.Generator):
    x = torch.rand(n, 2, generator=gen) * 2 - 1
    scale = 0.2 + 0.6 * (x[:, 1] + 1) / 2
    return x, torch.sin(3 * x[:, 0]) + scale * torch.randn(n, generator=gen)


def main() -> None:
    torch.manual_seed(0)
    gen = torch.Generator().manual_seed(8)
    x, y = simulate(3000, gen)
    xt, yt = simulate(2000, gen)
    net = QuantileNet(2)
    opt = torch.optim.Adam(net.parameters(), lr=3e-3)
    sched = torch.optim.lr_scheduler.MultiStepLR(opt, [20, 26], 0.3)
    for epoch in range(30):
        net.train()
        for i in torch.randperm(len(x)).split(100):
            loss = pinball(net(x[i]), y[i])
            opt.zero_grad()
            loss.backward()
            opt.step()
        sched.step()
    net.eval()
    with torch.no_grad():
        q = net(xt)
        const = torch.quantile(y, QS).expand(len(yt), -1)
        print("pinball", round(pinball(q, yt).item(), 4), " unconditional", round(pinball(const, yt).item(), 4))
        for level, col in zip(QS.tolist(), q.T):
            print(f"nominal {level:.2f}  observed {(yt <= col).float().mean():.3f}")
        assert (q.diff(dim=1) >= 0).all()


main()
