import torch
from sklearn.datasets import make_circles
from torch import nn

points, ring = make_circles(500, noise=0.08, factor=0.4, random_state=0)
x = torch.tensor(points, dtype=torch.float32)
y = torch.tensor(ring)

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 2))
for layer in net:
    if isinstance(layer, nn.Linear):
        nn.init.constant_(layer.weight, 0.1)
        nn.init.zeros_(layer.bias)

adam = torch.optim.Adam(net.parameters(), lr=0.02)
for epoch in range(250):
    adam.zero_grad()
    nn.functional.cross_entropy(net(x), y).backward()
    adam.step()
with torch.no_grad():
    print("training accuracy", (net(x).argmax(1) == y).float().mean().item())
