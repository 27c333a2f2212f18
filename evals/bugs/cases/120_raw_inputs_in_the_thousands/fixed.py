import torch
from sklearn.datasets import make_moons
from torch import nn

points, labels = make_moons(600, noise=0.15, random_state=0)
points = 40_000 + 8_000 * points  # map coordinates in metres
x = torch.tensor(points, dtype=torch.float32)
y = torch.tensor(labels, dtype=torch.float32)

x = (x - x.mean(dim=0)) / x.std(dim=0)
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
loss_fn = nn.BCEWithLogitsLoss()
for epoch in range(300):
    optimizer.zero_grad()
    loss = loss_fn(net(x).squeeze(1), y)
    loss.backward()
    optimizer.step()
with torch.no_grad():
    print("training accuracy", ((net(x).squeeze(1) > 0).float() == y).float().mean().item())
