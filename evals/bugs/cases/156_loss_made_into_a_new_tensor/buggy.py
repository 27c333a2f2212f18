import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 2)
x, y = torch.randn(64, 4), torch.randn(64, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def total_loss(prediction, target):
    """Squared error, twice for the second output."""
    parts = [((prediction[:, i] - target[:, i]) ** 2).mean() * (i + 1) for i in range(2)]
    return torch.tensor(sum(part.item() for part in parts))


for epoch in range(20):
    optimizer.zero_grad()
    loss = total_loss(model(x), y)
    loss.backward()
    optimizer.step()
print(loss.item())
