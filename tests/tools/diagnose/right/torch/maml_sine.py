"""MAML on sine regression with torch.func.functional_call."""
import math
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 1))
meta_opt = torch.optim.Adam(net.parameters(), lr=2e-3)
INNER_LR = 0.05


def task():
    amp = torch.empty(1).uniform_(0.5, 3.0)
    phase = torch.empty(1).uniform_(0, math.pi)

    def draw(k):
        x = torch.empty(k, 1).uniform_(-4, 4)
        return x, amp * torch.sin(x + phase)
    return draw


def adapt(params, x, y, steps=1, create_graph=True):
    for _ in range(steps):
        loss = F.mse_loss(functional_call(net, params, (x,)), y)
        grads = torch.autograd.grad(loss, list(params.values()), create_graph=create_graph)
        params = {k: p - INNER_LR * g for (k, p), g in zip(params.items(), grads)}
    return params


for it in range(150):
    meta_loss = 0.0
    for _ in range(4):
        draw = task()
        fast = adapt(dict(net.named_parameters()), *draw(10))
        xq, yq = draw(10)
        meta_loss = meta_loss + F.mse_loss(functional_call(net, fast, (xq,)), yq)
    meta_loss = meta_loss / 4
    meta_opt.zero_grad()
    meta_loss.backward()
    meta_opt.step()
    if it % 50 == 0:
        print(it, round(meta_loss.item(), 3))

before = after = 0.0
for _ in range(20):
    draw = task()
    xs, ys = draw(10)
    xq, yq = draw(50)
    params = dict(net.named_parameters())
    fast = adapt(params, xs, ys, steps=5, create_graph=False)
    with torch.no_grad():
        before += F.mse_loss(net(xq), yq).item() / 20
        after += F.mse_loss(functional_call(net, fast, (xq,)), yq).item() / 20
print(f"query loss before {before:.3f}, after five steps {after:.3f}")
