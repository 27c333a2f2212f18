import torch
from torch import nn


def init_weights(module):
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.constant_(module.bias, -10.0)


torch.manual_seed(0)
hidden = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
model = nn.Sequential(hidden, nn.Linear(64, 2))
model.apply(init_weights)

x = torch.randn(500, 10)
y = (x[:, 0] > x[:, 1]).long()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(100):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
print("loss", loss.item())
silent = (hidden(x) <= 0).all(dim=0).float().mean()
print("share of units that never fire:", silent.item())
