"""Gradient descent without an optimiser: the update is made where autograd does not look."""
# needs: torch
import torch

torch.manual_seed(1)
x = torch.randn(200, 3)
y = x @ torch.tensor([1.0, -2.0, 0.5]) + 3
weight = torch.zeros(3, requires_grad=True)
bias = torch.zeros((), requires_grad=True)
for _ in range(200):
    loss = ((x @ weight + bias - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for parameter in (weight, bias):
            parameter -= 0.1 * parameter.grad
            parameter.grad = None
print(weight.detach(), bias.item())
