"""Exact Gaussian process: hyper-parameters by gradient on the log marginal likelihood."""
import math
import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
X = torch.rand(40, 1) * 10
y = torch.sin(X).squeeze(1) + 0.1 * torch.randn(40)
Xs = torch.linspace(0, 10, 50).unsqueeze(1)

log_len = torch.zeros((), requires_grad=True)
log_amp = torch.zeros((), requires_grad=True)
log_noise = torch.tensor(-1.0, requires_grad=True)


def kernel(a, b):
    sq = (a[:, None, :] - b[None, :, :]).pow(2).sum(-1)
    return torch.exp(2 * log_amp) * torch.exp(-0.5 * sq / torch.exp(2 * log_len))


def cholesky():
    K = kernel(X, X) + (torch.exp(2 * log_noise) + 1e-8) * torch.eye(len(X))
    return torch.linalg.cholesky(K)


def log_marginal():
    L = cholesky()
    alpha = torch.cholesky_solve(y[:, None], L)
    return -0.5 * y @ alpha.squeeze(1) - L.diagonal().log().sum() - 0.5 * len(X) * math.log(2 * math.pi)


opt = torch.optim.Adam([log_len, log_amp, log_noise], lr=0.05, maximize=True)
for step in range(120):
    opt.zero_grad()
    objective = log_marginal()
    objective.backward()                 # maximize=True: gradient ascent
    opt.step()
    if step % 40 == 0:
        print(step, round(objective.item(), 3))

with torch.no_grad():
    L = cholesky()
    Ks = kernel(X, Xs)
    mean = Ks.T @ torch.cholesky_solve(y[:, None], L)
    v = torch.linalg.solve_triangular(L, Ks, upper=False)
    var = torch.exp(2 * log_amp) - v.pow(2).sum(0)
err = (mean.squeeze(1) - torch.sin(Xs).squeeze(1)).abs().max().item()
print("length %.2f noise %.3f, largest error %.3f, mean sd %.3f" % (log_len.exp().item(), log_noise.exp().item(), err, var.clamp(min=0).sqrt().mean().item()))
