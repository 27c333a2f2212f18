"""A sampler takes the place of shuffle, and gives rare rows their turn."""
# needs: torch
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

torch.manual_seed(0)
y = (torch.rand(1500) < 0.08).long()
x = torch.randn(1500, 6) + 1.2 * y.unsqueeze(1)
x_train, y_train, x_test, y_test = x[:1000], y[:1000], x[1000:], y[1000:]
weights = 1.0 / torch.bincount(y_train)[y_train]
sampler = WeightedRandomSampler(weights, num_samples=1000, replacement=True)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=50, sampler=sampler)
model = nn.Linear(6, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(5):
    for xb, yb in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(xb), yb).backward()
        optimizer.step()
with torch.no_grad():
    found = model(x_test).argmax(dim=1)
recalls = [(found[y_test == kind] == kind).float().mean() for kind in (0, 1)]
print("balanced accuracy", torch.stack(recalls).mean().item())
