# Gradient surgery (PCGrad) for two losses that share a trunk; the first backward keeps the graph.
import torch
import torch.nn as nn

torch.manual_seed(0)
X = torch.randn(400, 10)
target_a = X[:, :3].sum(1, keepdim=True)
target_b = -X[:, 1:2] + 0.5 * X[:, 4:5]
trunk = nn.Sequential(nn.Linear(10, 32), nn.ReLU())
head_a, head_b = nn.Linear(32, 1), nn.Linear(32, 1)
shared = list(trunk.parameters())
own = list(head_a.parameters()) + list(head_b.parameters())
opt = torch.optim.Adam(shared + own, lr=5e-3)


def flat(gs):
    return torch.cat([g.reshape(-1) for g in gs])


def unflat(v, like):
    out, i = [], 0
    for p in like:
        out.append(v[i:i + p.numel()].view_as(p))
        i += p.numel()
    return out


conflicts = 0
for step in range(200):
    idx = torch.randint(0, 300, (64,))
    h = trunk(X[idx])
    la = nn.functional.mse_loss(head_a(h), target_a[idx])
    lb = nn.functional.mse_loss(head_b(h), target_b[idx])
    opt.zero_grad()
    ga = flat(torch.autograd.grad(la, shared, retain_graph=True))
    gb = flat(torch.autograd.grad(lb, shared, retain_graph=True))
    dot = ga @ gb
    pa, pb = ga, gb
    if dot < 0:
        conflicts += 1
        pa = ga - dot / gb.pow(2).sum() * gb
        pb = gb - dot / ga.pow(2).sum() * ga
    for p, g in zip(own, torch.autograd.grad(la + lb, own)):
        p.grad = g
    for p, g in zip(shared, unflat(pa + pb, shared)):
        p.grad = g.clone()
    opt.step()
    if step % 50 == 0:
        print(step, round(la.item(), 3), round(lb.item(), 3))
with torch.no_grad():
    h = trunk(X[300:])
    print("held out", nn.functional.mse_loss(head_a(h), target_a[300:]).item(),
          nn.functional.mse_loss(head_b(h), target_b[300:]).item(), "conflicts", conflicts)
