import torch
import torch.nn as nn


def rk4(f, y, t):
    ys = [y]
    for t0, t1 in zip(t[:-1], t[1:]):
        h = t1 - t0
        k1 = f(t0, y)
        k2 = f(t0 + h / 2, y + h / 2 * k1)
        k3 = f(t0 + h / 2, y + h / 2 * k2)
        k4 = f(t1, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        ys.append(y)
    return torch.stack(ys)


class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 50), nn.Tanh(), nn.Linear(50, 2))
        for m in self.net:
            if isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, std=0.1)
                nn.init.zeros_(m.bias)

    def forward(self, t, y):
        return self.net(y ** 3)


def main():
    torch.manual_seed(0)
    A = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])
    t = torch.linspace(0.0, 10.0, 201)
    with torch.no_grad():
        truth = rk4(lambda s, y: (y ** 3) @ A, torch.tensor([[2.0, 0.0]]), t)
    func = Field()
    opt = torch.optim.RMSprop(func.parameters(), lr=1e-3)
    for it in range(300):
        s = torch.randint(0, len(t) - 10, (20,))
        y0 = truth[s]
        target = torch.stack([truth[s + i] for i in range(10)])
        pred = rk4(func, y0, t[:10])
        loss = (pred - target).abs().mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        if it % 50 == 0:
            with torch.no_grad():
                full = (rk4(func, truth[0], t) - truth).abs().mean()
            print(it, loss.item(), full.item())


main()
