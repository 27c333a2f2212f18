import math
import torch

torch.manual_seed(0)
torch_double = torch.float64


class ExactGP(torch.nn.Module):
    def __init__(self, X, y):
        super().__init__()
        self.register_buffer("X", X)
        self.register_buffer("y", y)
        self.raw = torch.nn.ParameterDict({
            k: torch.nn.Parameter(torch.tensor(v, dtype=torch_double).log()) for k, v in {"ls": 1.0, "var": 1.0, "noise": 0.1}.items()
        })

    def _kernel_direct(self, a, b):
        diff = (a[:, None, :] - b[None, :, :]) / self.raw["ls"].exp()
        return self.raw["var"].exp() * torch.exp(-0.5 * diff.pow(2).sum(-1))

    def chol(self):
        K = self._kernel_direct(self.X, self.X)
        n = len(self.X)
        return torch.linalg.cholesky(K + (self.raw["noise"].exp() + 1e-6) * torch.eye(n, dtype=torch_double))

    def neg_mll(self):
        L = self.chol()
        a = torch.cholesky_solve(self.y[:, None], L)
        n = len(self.y)
        return 0.5 * (self.y @ a.squeeze(1)) + L.diagonal().log().sum() + 0.5 * n * math.log(2 * math.pi)

    @torch.no_grad()
    def predict(self, Xs):
        L = self.chol()
        Ks = self._kernel_direct(self.X, Xs)
        mean = Ks.t() @ torch.cholesky_solve(self.y[:, None], L).squeeze(1)
        v = torch.linalg.solve_triangular(L, Ks, upper=False)
        var = self.raw["var"].exp() - (v ** 2).sum(0) + self.raw["noise"].exp()
        return mean, var.clamp_min(1e-10)


f = lambda x: torch.sin(3 * x).squeeze(1) + 0.5 * x.squeeze(1)
X = torch.rand(60, 1, dtype=torch_double) * 4 - 2
y = f(X) + 0.1 * torch.randn(60, dtype=torch_double)
mu = y.mean()
gp = ExactGP(X, y - mu)
opt = torch.optim.Adam(gp.parameters(), lr=0.05)
for i in range(120):
    opt.zero_grad()
    loss = gp.neg_mll()
    loss.backward()
    opt.step()
    if i % 40 == 0:
        print(i, loss.item())
Xs = torch.linspace(-2, 2, 80, dtype=torch_double)[:, None]
m, v = gp.predict(Xs)
m = m + mu
truth = f(Xs)
obs = truth + 0.1 * torch.randn(80, dtype=torch_double)
inside = ((obs - m).abs() < 1.96 * v.sqrt()).double().mean().item()
print({k: round(p.exp().item(), 4) for k, p in gp.raw.items()})
print("rmse", (m - truth).pow(2).mean().sqrt().item(), "95% coverage", inside)
