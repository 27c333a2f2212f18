# Second-order MAML on sine waves with functional_call.
import torch
from torch import nn
from torch.func import functional_call


def sine_task(gen, shots=10):
    amp = torch.rand(1, generator=gen) * 4 + 1
    phase = torch.rand(1, generator=gen) * torch.pi

    def draw():
        x = torch.rand(shots, 1, generator=gen) * 10 - 5
        return x, amp * torch.sin(x + phase)

    return draw(), draw()       # support, query


def adapt(net, params, support, steps, lr, create_graph):
    x, y = support
    for _ in range(steps):
        loss = nn.functional.mse_loss(functional_call(net, params, (x,)), y)
        grads = torch.autograd.grad(loss, list(params.values()), create_graph=create_graph)
        params = {k: p - lr * g for (k, p), g in zip(params.items(), grads)}
    return params


def test_error(net, steps, n_tasks=100, lr=0.02):
    gen = torch.Generator().manual_seed(4321)
    total = 0.0
    for _ in range(n_tasks):
        support, (xq, yq) = sine_task(gen)
        params = {k: p.detach().clone().requires_grad_() for k, p in net.named_parameters()}
        params = adapt(net, params, support, steps, lr, create_graph=False)
        with torch.no_grad():
            total += nn.functional.mse_loss(functional_call(net, params, (xq,)), yq).item()
    return total / n_tasks


torch.manual_seed(0)
gen = torch.Generator().manual_seed(0)
net = nn.Sequential(nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 1))
meta = torch.optim.Adam(net.parameters(), lr=2e-3)
print(f"before meta-training: 0 steps {test_error(net, 0):.2f}, 5 steps {test_error(net, 5):.2f}")
for it in range(500):
    meta.zero_grad()
    outer = 0.0
    for _ in range(4):
        support, (xq, yq) = sine_task(gen)
        fast = adapt(net, dict(net.named_parameters()), support, steps=1, lr=0.02, create_graph=True)
        outer = outer + nn.functional.mse_loss(functional_call(net, fast, (xq,)), yq)
    (outer / 4).backward()
    meta.step()
print(f"after meta-training:  0 steps {test_error(net, 0):.2f}, 5 steps {test_error(net, 5):.2f}")
