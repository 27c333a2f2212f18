import torch
from sklearn.datasets import load_wine
from torch import nn

wine = load_wine()
x = torch.tensor(wine.data, dtype=torch.float32)
x = (x - x.mean(0)) / x.std(0)
y = torch.tensor(wine.target)

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(13, 20), nn.ReLU(), nn.Linear(20, 3))
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(60):
    opt.zero_grad()
    out = net(x)
    nn.functional.cross_entropy(out, y).backward()
    opt.step()

_, predicted = torch.max(out, 0)
correct = (predicted == y).sum().item()
print(f"accuracy: {100 * correct / len(y):.1f} %")
