import torch

torch.manual_seed(0)


def sinkhorn(x, y, eps=0.1, iters=60):
    """Entropic OT cost <P, C> with uniform weights, log domain."""
    n, m = len(x), len(y)
    C = torch.cdist(x, y) ** 2
    la = -torch.log(torch.tensor(float(n))) * torch.ones(n)
    lb = -torch.log(torch.tensor(float(m))) * torch.ones(m)
    f, g = torch.zeros(n), torch.zeros(m)
    for _ in range(iters):
        f = -eps * torch.logsumexp((g[None] - C) / eps + lb[None], dim=1)
        g = -eps * torch.logsumexp((f[:, None] - C) / eps + la[:, None], dim=0)
    P = torch.exp((f[:, None] + g[None] - C) / eps + la[:, None] + lb[None])
    return (P * C).sum(), P


def divergence(x, y, **kw):
    return sinkhorn(x, y, **kw)[0] - 0.5 * sinkhorn(x, x, **kw)[0] - 0.5 * sinkhorn(y, y, **kw)[0]


theta = torch.rand(80) * 6.2832
target = torch.stack([theta.cos(), theta.sin()], 1)
src = (torch.randn(80, 2) * 0.2).requires_grad_()

with torch.no_grad():
    _, P = sinkhorn(src, target)
    print("marginal error", (P.sum(0) - 1 / 80).abs().max().item())

opt = torch.optim.Adam([src], lr=0.05)
for it in range(50):
    opt.zero_grad()
    d = divergence(src, target)
    d.backward()
    opt.step()
    if it % 10 == 0:
        print(it, d.item())
print("mean radius", src.detach().norm(dim=1).mean().item())
