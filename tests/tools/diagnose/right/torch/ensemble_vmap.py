"""Deep ensemble trained in one go with torch.func (vmap over stacked parameters)."""
import torch
from torch import nn
from torch.func import stack_module_state, functional_call, vmap, grad_and_value
import torch.nn.functional as F
import copy

torch.manual_seed(10)
M = 5
x = torch.rand(200, 1) * 6 - 3
y = x.sin() + 0.1 * torch.randn_like(x)


def make():
    return nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1))


members = [make() for _ in range(M)]
params, buffers = stack_module_state(members)
params = {k: v.detach() for k, v in params.items()}
base = copy.deepcopy(members[0]).to("meta")


def loss_fn(p, b, xb, yb):
    return F.mse_loss(functional_call(base, (p, b), (xb,)), yb)


step = vmap(grad_and_value(loss_fn), in_dims=(0, 0, 0, 0))
velocity = {k: torch.zeros_like(v) for k, v in params.items()}
LR, MU = 0.05, 0.9
for it in range(400):
    idx = torch.randint(0, len(x), (M, 32))            # a bootstrap batch for each member
    grads, losses = step(params, buffers, x[idx], y[idx])
    for k in params:
        velocity[k] = MU * velocity[k] + grads[k]
        params[k] = params[k] - LR * velocity[k]
    if it % 100 == 0:
        print(it, [round(v, 3) for v in losses.tolist()])

grid = torch.linspace(-5, 5, 11).unsqueeze(1)
with torch.no_grad():
    preds = vmap(lambda p, b: functional_call(base, (p, b), (grid,)))(params, buffers)
mean, std = preds.mean(0).squeeze(-1), preds.std(0).squeeze(-1)
for g, m, s in zip(grid.squeeze(-1).tolist(), mean.tolist(), std.tolist()):
    print(f"{g:+.1f}: {m:+.3f} ({s:.3f})")
