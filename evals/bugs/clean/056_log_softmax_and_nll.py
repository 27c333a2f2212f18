"""NLLLoss goes with log_softmax."""
# needs: torch, sklearn
import torch
import torch.nn.functional as F
from sklearn.datasets import load_wine
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(13, 32)
        self.fc2 = nn.Linear(32, 3)

    def forward(self, x):
        return F.log_softmax(self.fc2(torch.relu(self.fc1(x))), dim=1)


torch.manual_seed(0)
wine = load_wine()
order = torch.randperm(len(wine.target))
x = torch.tensor(wine.data, dtype=torch.float32)[order]
y = torch.tensor(wine.target)[order]
mean, spread = x[:130].mean(dim=0), x[:130].std(dim=0)
x = (x - mean) / spread

net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(60):
    optimizer.zero_grad()
    F.nll_loss(net(x[:130]), y[:130]).backward()
    optimizer.step()
net.eval()
with torch.no_grad():
    print("accuracy", (net(x[130:]).argmax(1) == y[130:]).float().mean().item())
