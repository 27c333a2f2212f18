import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


def solve(f, z0, max_iter=40, tol=1e-4):
    z = z0
    for k in range(max_iter):
        nz = f(z)
        if (nz - z).norm() < tol * (1 + z.norm()):
            return nz
        z = nz
    return z


class DEQ(nn.Module):
    """z* = tanh(W z* + U x + b); implicit differentiation with a backward hook."""

    def __init__(self, d_in, d, n_out):
        super().__init__()
        self.W = nn.Linear(d, d, bias=False)
        self.U = nn.Linear(d_in, d)
        self.out = nn.Linear(d, n_out)
        nn.init.orthogonal_(self.W.weight, gain=0.5)

    def cell(self, z, ux):
        w = self.W.weight
        # keep the map a contraction
        w = w * (0.9 / torch.clamp(torch.linalg.matrix_norm(w, ord=2), min=0.9))
        return torch.tanh(z @ w.t() + ux)

    def forward(self, x):
        ux = self.U(x)
        with torch.no_grad():
            z = solve(lambda v: self.cell(v, ux), torch.zeros_like(ux))
        z = self.cell(z, ux)
        if self.training:
            z0 = z.detach().requires_grad_()
            f0 = self.cell(z0, ux.detach())

            def hook(g):
                return solve(lambda u: torch.autograd.grad(f0, z0, u, retain_graph=True)[0] + g, g)

            z.register_hook(hook)
        return self.out(z)


torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
xa, xb, ya, yb = train_test_split(X / 16.0, y, test_size=0.25, random_state=1)
xa, xb = torch.tensor(xa).float(), torch.tensor(xb).float()
ya, yb = torch.tensor(ya), torch.tensor(yb)
m = DEQ(64, 40, 10)
o = torch.optim.Adam(m.parameters(), 3e-3)
for e in range(5):
    m.train()
    for i in torch.randperm(len(xa)).split(64):
        l = F.cross_entropy(m(xa[i]), ya[i])
        o.zero_grad()
        l.backward()
        o.step()
    m.eval()
    with torch.no_grad():
        print(e, l.item(), (m(xb).argmax(1) == yb).float().mean().item())
