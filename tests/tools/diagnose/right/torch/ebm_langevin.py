import torch as th, torch.nn as nn
from sklearn.datasets import make_swiss_roll
th.manual_seed(0)
D = make_swiss_roll(1500, noise=.3, random_state=0)[0][:, [0, 2]]
D = th.tensor(D, dtype=th.float); D = (D - D.mean(0)) / D.std(0)
E = nn.Sequential(nn.Linear(2, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))

def langevin(x, k=20, eta=.05, sig=.05):
    for p in E.parameters(): p.requires_grad_(False)
    x = x.clone().detach()
    for _ in range(k):
        x.requires_grad_(True)
        g, = th.autograd.grad(E(x).sum(), x)
        x = (x - eta * g.clamp(-1, 1) + sig * th.randn_like(x)).detach()
    for p in E.parameters(): p.requires_grad_(True)
    return x

buf = th.rand(2000, 2) * 4 - 2
opt = th.optim.Adam(E.parameters(), 1e-3, betas=(0., .999))
for it in range(400):
    x = D[th.randint(len(D), (128,))]
    x = x + .02 * th.randn_like(x)
    j = th.randint(len(buf), (128,))
    x0 = buf[j]
    fresh = th.rand(128, 1) < .05
    x0 = th.where(fresh, th.rand(128, 2) * 4 - 2, x0)
    xm = langevin(x0)
    buf[j] = xm
    ep, em = E(x), E(xm)
    cd = ep.mean() - em.mean()
    reg = .1 * (ep ** 2 + em ** 2).mean()
    opt.zero_grad(); (cd + reg).backward(); opt.step()
    if it % 80 == 0: print(it, f'cd {cd.item():+.3f} reg {reg.item():.3f}')
u = th.rand(300, 2) * 4 - 2
s = langevin(th.rand(300, 2) * 4 - 2, k=100)
near = lambda a: th.cdist(a, D).min(1).values.mean().item()
print('mean distance to the nearest datum: model', near(s), 'uniform', near(u))
