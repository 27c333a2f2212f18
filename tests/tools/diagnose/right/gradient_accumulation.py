"""Gradient accumulation. zero_grad() is NOT called in each iteration, and that is the point;
at the end the accumulated gradient is compared with that of one large batch."""
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X, dtype=torch.float32) / 16, torch.tensor(y)
perm = torch.randperm(len(X))
tr, te = perm[:1408], perm[1408:]

ACC, MICRO = 4, 32
net = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 10))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)


def big_gradient(idx):
    return torch.autograd.grad(F.cross_entropy(net(X[idx]), y[idx]), list(net.parameters()))


checked = False
net.train()
for epoch in range(8):
    order = tr[torch.randperm(len(tr))]
    opt.zero_grad()
    for k, idx in enumerate(order.split(MICRO), start=1):
        loss = F.cross_entropy(net(X[idx]), y[idx]) / ACC      # mean over the whole big batch
        loss.backward()
        if k % ACC == 0:
            if not checked:
                ref = big_gradient(order[:ACC * MICRO])
                checked = all(torch.allclose(p.grad, g, atol=1e-6) for p, g in zip(net.parameters(), ref))
                print("same gradient as one batch of", ACC * MICRO, ":", checked)
            opt.step()
            opt.zero_grad()
assert len(tr) % (ACC * MICRO) == 0       # no rest is left over at the end of an epoch

net.eval()
with torch.no_grad():
    print("test accuracy %.3f" % (net(X[te]).argmax(1) == y[te]).float().mean().item())
