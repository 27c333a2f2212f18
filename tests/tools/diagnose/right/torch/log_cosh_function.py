"""A custom autograd function with double backward, checked and then used."""
import torch
from torch import nn


class StableLogCosh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        a = x.abs()
        return a + torch.log1p(torch.exp(-2 * a)) - 0.6931471805599453

    @staticmethod
    def backward(ctx, grad):
        x, = ctx.saved_tensors
        return grad * torch.tanh(x)


log_cosh = StableLogCosh.apply


def test_gradients():
    x = torch.randn(7, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(log_cosh, (x,))
    assert torch.autograd.gradgradcheck(log_cosh, (x,))
    big = torch.tensor([1e4, -1e4])
    assert torch.isfinite(log_cosh(big)).all()
    print("gradients fine")


def robust_fit():
    torch.manual_seed(0)
    x = torch.rand(400, 1) * 4 - 2
    clean = 1.5 * x - 0.5
    y = clean + 0.1 * torch.randn_like(x)
    y[:40] += 15                       # outliers
    for name, loss_fn in [("mse", lambda r: r.square().mean()), ("log cosh", lambda r: log_cosh(r).mean())]:
        torch.manual_seed(1)
        line = nn.Linear(1, 1)
        opt = torch.optim.LBFGS(line.parameters(), max_iter=100, line_search_fn="strong_wolfe")

        def closure():
            opt.zero_grad()
            loss = loss_fn(line(x) - y)
            loss.backward()
            return loss

        opt.step(closure)
        with torch.no_grad():
            err = (line(x) - clean).abs().mean().item()
        print(f"{name:9s} slope {line.weight.item():.3f} intercept {line.bias.item():.3f} distance to the truth {err:.3f}")


test_gradients()
robust_fit()
