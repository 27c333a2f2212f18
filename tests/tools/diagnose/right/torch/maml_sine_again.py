"""MAML on sinusoids, with torch.func for the inner loop."""
import math
import torch
from torch import nn
from torch.func import functional_call, grad, vmap


def tasks(n, k, gen):
    amp = torch.rand(n, 1, 1, generator=gen) * 4 + 1
    ph = torch.rand(n, 1, 1, generator=gen) * math.pi
    x = torch.rand(n, 2 * k, 1, generator=gen) * 10 - 5
    y = amp * torch.sin(x + ph)
    return x[:, :k], y[:, :k], x[:, k:], y[:, k:]


net = None


def task_loss(params, x, y):
    return nn.functional.mse_loss(functional_call(net, params, (x,)), y)


def adapt(params, x, y, lr=0.02, steps=1):
    for _ in range(steps):
        g = grad(task_loss)(params, x, y)
        params = {k: p - lr * g[k] for k, p in params.items()}
    return params


def query_loss(params, xs, ys, xq, yq, steps=1):
    return task_loss(adapt(params, xs, ys, steps=steps), xq, yq)


def main():
    global net
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 1))
    params = {k: v.detach().clone().requires_grad_() for k, v in net.named_parameters()}
    opt = torch.optim.Adam(params.values(), lr=2e-3)
    gen = torch.Generator().manual_seed(1)
    held_out = tasks(200, 10, torch.Generator().manual_seed(999))

    def report(tag):
        with torch.no_grad():
            before = vmap(task_loss, in_dims=(None, 0, 0))(params, *held_out[2:]).mean()
            after = vmap(lambda a, b, c, d: query_loss(params, a, b, c, d, steps=3))(*held_out).mean()
        print(f"{tag:10s} query MSE before {before:.3f}, after three steps {after:.3f}")

    report("random")
    for it in range(800):
        batch = tasks(25, 10, gen)
        loss = vmap(lambda a, b, c, d: query_loss(params, a, b, c, d))(*batch).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    report("meta")


main()
