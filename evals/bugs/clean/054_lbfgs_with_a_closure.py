"""LBFGS calls a closure, and zero_grad and backward live in it."""
# needs: torch
import torch
from torch import nn

torch.manual_seed(0)
x = torch.linspace(-2, 2, 120).unsqueeze(1)
y = torch.sin(2 * x)
model = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1))
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=20, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    return loss


for _ in range(15):
    loss = optimizer.step(closure)
print("loss", loss.item())
