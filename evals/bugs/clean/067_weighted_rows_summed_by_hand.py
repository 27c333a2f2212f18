"""reduction="none" on purpose: rows carry weights, and the mean is taken afterwards."""
# needs: torch
import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(300, 4)
trust = torch.rand(300)
y = x.sum(dim=1) + torch.randn(300) * (1 - trust)
model = nn.Linear(4, 1)
criterion = nn.MSELoss(reduction="none")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(100):
    optimizer.zero_grad()
    per_row = criterion(model(x).squeeze(-1), y)
    loss = (trust * per_row).sum() / trust.sum()
    loss.backward()
    optimizer.step()
print("loss", loss.item())
