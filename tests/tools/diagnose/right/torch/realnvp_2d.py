import math
import torch
from torch import nn
from sklearn.datasets import make_moons
from sklearn.preprocessing import StandardScaler


class AffineCoupling(nn.Module):
    def __init__(self, dim, hidden, flip):
        super().__init__()
        self.flip = flip
        self.d = dim // 2
        self.net = nn.Sequential(nn.Linear(self.d, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
                                 nn.Linear(hidden, 2 * (dim - self.d)))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def _st(self, a):
        s, t = self.net(a).chunk(2, dim=1)
        return torch.tanh(s), t

    def forward(self, x):
        a, b = x[:, : self.d], x[:, self.d:]
        if self.flip:
            a, b = b, a
        s, t = self._st(a)
        b = b * s.exp() + t
        out = torch.cat([b, a] if self.flip else [a, b], dim=1)
        return out, s.sum(1)

    def inverse(self, z):
        a, b = z[:, : self.d], z[:, self.d:]
        if self.flip:
            a, b = b, a
        s, t = self._st(a)
        b = (b - t) * (-s).exp()
        return torch.cat([b, a] if self.flip else [a, b], dim=1)


class RealNVP(nn.Module):
    def __init__(self, dim=2, hidden=32, layers=6):
        super().__init__()
        self.layers = nn.ModuleList(AffineCoupling(dim, hidden, i % 2 == 1) for i in range(layers))
        self.dim = dim

    def log_prob(self, x):
        ld = x.new_zeros(len(x))
        for layer in self.layers:
            x, d = layer(x)
            ld = ld + d
        base = -0.5 * (x ** 2).sum(1) - 0.5 * self.dim * math.log(2 * math.pi)
        return base + ld

    @torch.no_grad()
    def sample(self, n):
        z = torch.randn(n, self.dim)
        for layer in reversed(self.layers):
            z = layer.inverse(z)
        return z


if __name__ == "__main__":
    torch.manual_seed(0)
    tr, _ = make_moons(1500, noise=0.06, random_state=0)
    te, _ = make_moons(500, noise=0.06, random_state=1)
    sc = StandardScaler().fit(tr)
    tr, te = (torch.tensor(sc.transform(a), dtype=torch.float32) for a in (tr, te))
    flow = RealNVP()
    opt = torch.optim.Adam(flow.parameters(), lr=2e-3)
    for epoch in range(15):
        for idx in torch.randperm(len(tr)).split(128):
            nll = -flow.log_prob(tr[idx]).mean()
            opt.zero_grad()
            nll.backward()
            opt.step()
        with torch.no_grad():
            test_nll = -flow.log_prob(te).mean().item()
        if epoch % 5 == 0:
            print(epoch, round(test_nll, 4))
    x = te[:8]
    z = x
    with torch.no_grad():
        for l in flow.layers:
            z, _ = l(z)
        for l in reversed(flow.layers):
            z = l.inverse(z)
    assert torch.allclose(z, x, atol=1e-4)
    print(flow.sample(3))
