import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(800, 6)
y = (x[:, 0] - x[:, 1] > 0).long()

loader = DataLoader(TensorDataset(x, y), batch_size=40, shuffle=True)

net = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(10):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(xb), yb)
        loss.backward()
        optimizer.step()
with torch.no_grad():
    print("training accuracy", (net(x).argmax(1) == y).float().mean().item())
