import torch
from torch import nn


def block(width):
    return nn.Sequential(nn.Linear(width, width), nn.LayerNorm(width), nn.ReLU())


torch.manual_seed(0)
WIDTH, DEPTH = 32, 3
net = nn.Sequential(nn.Linear(5, WIDTH), *[block(WIDTH) for _ in range(DEPTH)], nn.Linear(WIDTH, 1))

x = 2 * torch.rand(400, 5) - 1
y = torch.cos(4 * x[:, :1]) + x[:, 1:2] ** 3
optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
for epoch in range(100):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
print("loss", loss.item())
