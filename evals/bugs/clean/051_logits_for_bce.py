"""BCEWithLogitsLoss takes raw scores; the sigmoid is only for reading probabilities."""
# needs: torch, sklearn
import torch
from sklearn.datasets import make_moons
from torch import nn

torch.manual_seed(0)
points, side = make_moons(500, noise=0.2, random_state=0)
x, y = torch.tensor(points, dtype=torch.float32), torch.tensor(side, dtype=torch.float32)
net = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 1))
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
for _ in range(150):
    optimizer.zero_grad()
    loss = loss_fn(net(x[:400]).squeeze(1), y[:400])
    loss.backward()
    optimizer.step()
net.eval()
with torch.no_grad():
    probability = torch.sigmoid(net(x[400:])).squeeze(1)
print("accuracy", ((probability > 0.5) == y[400:].bool()).float().mean().item())
