"""Four small batches make one step: zero_grad is called once for the four."""
# needs: torch
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(640, 12)
y = x[:, :1] - 2 * x[:, 1:2] + 0.1 * torch.randn(640, 1)
loader = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True)
model = nn.Sequential(nn.Linear(12, 24), nn.Tanh(), nn.Linear(24, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
GATHER = 4

for epoch in range(5):
    optimizer.zero_grad()
    for number, (xb, yb) in enumerate(loader, start=1):
        loss = nn.functional.mse_loss(model(xb), yb) / GATHER
        loss.backward()
        if number % GATHER == 0:
            optimizer.step()
            optimizer.zero_grad()
with torch.no_grad():
    print("loss", nn.functional.mse_loss(model(x), y).item())
