"""Adversarial examples: here the gradient is wanted for the input, and the weights stay as they are."""
# needs: torch
import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(300, 8)
y = (x[:, 0] > 0).long()
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for _ in range(100):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()

model.eval()
attacked = x[:50].clone().requires_grad_(True)
nn.functional.cross_entropy(model(attacked), y[:50]).backward()
with torch.no_grad():
    moved = attacked + 0.5 * attacked.grad.sign()
    print("before", (model(x[:50]).argmax(1) == y[:50]).float().mean().item())
    print("after", (model(moved).argmax(1) == y[:50]).float().mean().item())
