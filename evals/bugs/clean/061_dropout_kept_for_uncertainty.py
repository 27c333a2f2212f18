"""Monte Carlo dropout: dropout alone stays on at prediction, on purpose, and many passes are averaged."""
# needs: torch
import torch
from torch import nn

torch.manual_seed(0)
x = 4 * torch.rand(200, 1) - 2
y = x**3 / 4 + 0.1 * torch.randn(200, 1)
model = nn.Sequential(nn.Linear(1, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
model.train()
for _ in range(300):
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()

model.eval()
for module in model.modules():
    if isinstance(module, nn.Dropout):
        module.train()
grid = torch.linspace(-3, 3, 7).unsqueeze(1)
with torch.no_grad():
    passes = torch.stack([model(grid) for _ in range(50)])
print("spread:", passes.std(dim=0).squeeze(1).tolist())
