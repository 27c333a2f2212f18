import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap

torch.manual_seed(0)


def f(n, lo=-3.0, hi=3.0):
    x = torch.rand(n, 1) * (hi - lo) + lo
    return x, torch.sin(2 * x) + (0.05 + 0.15 * (x + 3) / 3) * torch.randn(n, 1)


x_tr, y_tr = f(500)
x_te, y_te = f(500)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh())
        self.mean, self.raw = nn.Linear(40, 1), nn.Linear(40, 1)

    def forward(self, x):
        h = self.body(x)
        return self.mean(h), nn.functional.softplus(self.raw(h)) + 1e-4     # mean, variance


M = 5
nets = [Net() for _ in range(M)]
params, buffers = stack_module_state(nets)
skeleton = Net().to("meta")
call = vmap(lambda p, b, x: functional_call(skeleton, (p, b), (x,)), in_dims=(0, 0, None))
nll = nn.GaussianNLLLoss()
opt = torch.optim.Adam(params.values(), lr=1e-2)
for step in range(600):
    mu, var = call(params, buffers, x_tr)
    # mean over members and points; every member only sees its own term
    loss = nll(mu, y_tr.expand_as(mu), var)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 200 == 199:
        print(step + 1, round(loss.item(), 4))

with torch.no_grad():
    mu, var = call(params, buffers, x_te)
    m = mu.mean(0)
    v = (var + mu ** 2).mean(0) - m ** 2
    z = (y_te - m) / v.sqrt()
    print("test nll single ", round(nll(mu[0], y_te, var[0]).item(), 4), " ensemble", round(nll(m, y_te, v).item(), 4))
    print("95% interval covers", round((z.abs() < 1.96).float().mean().item(), 3))
    far = torch.tensor([[0.0], [6.0], [9.0]])
    mu, _ = call(params, buffers, far)
    print("disagreement at 0, 6, 9:", [round(s, 3) for s in mu.std(0).flatten().tolist()])
