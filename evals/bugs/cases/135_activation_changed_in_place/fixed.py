import torch
from torch import nn


class Gate(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.value = nn.Linear(size, size)
        self.gate = nn.Linear(size, size)

    def forward(self, x):
        gate = torch.sigmoid(self.gate(x))
        gate = 0.9 * gate + 0.05  # never quite shut
        return gate * self.value(x)


torch.manual_seed(0)
net = nn.Sequential(Gate(8), nn.Linear(8, 1))
x = torch.randn(200, 8)
y = x[:, :1] * torch.sigmoid(x[:, 1:2])
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for step in range(100):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
print(loss.item())
