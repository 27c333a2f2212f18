"""Binarised hidden layer through a straight-through estimator, checked by hand."""
import torch
from torch import nn
from torch.autograd import Function
from sklearn.datasets import make_circles


class BinarySTE(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0).to(x.dtype)

    @staticmethod
    def backward(ctx, grad_out):
        (x,) = ctx.saved_tensors
        return grad_out * (x.abs() <= 1).to(grad_out.dtype)


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 3

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * x ** 2


assert torch.autograd.gradcheck(Cube.apply, (torch.randn(4, 3, dtype=torch.double, requires_grad=True),))


class BinNet(nn.Module):
    def __init__(self, h=64):
        super().__init__()
        self.a = nn.Linear(2, h)
        self.bn = nn.BatchNorm1d(h)
        self.b = nn.Linear(h, 1)

    def forward(self, x):
        return self.b(BinarySTE.apply(self.bn(self.a(x)))).squeeze(-1)


torch.manual_seed(0)
X, y = make_circles(800, noise=0.08, factor=0.5, random_state=0)
X, y = torch.tensor(X).float(), torch.tensor(y).float()
Xtr, ytr, Xte, yte = X[:600], y[:600], X[600:], y[600:]
net = BinNet()
opt = torch.optim.Adam(net.parameters(), 5e-3)
for epoch in range(60):
    net.train()
    for i in torch.randperm(600).split(60):
        opt.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(net(Xtr[i]), ytr[i])
        loss.backward()
        opt.step()
net.eval()
with torch.no_grad():
    print("test accuracy", ((net(Xte) > 0).float() == yte).float().mean().item())
