import torch
from torch import nn


def cross_entropy(scores, one_hot):
    return -(one_hot * torch.log_softmax(scores, dim=1)).sum(dim=1).mean()


torch.manual_seed(0)
x = 40 * torch.randn(200, 10)
labels = x[:, :3].argmax(dim=1)
one_hot = torch.eye(3)[labels]
model = nn.Linear(10, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for epoch in range(60):
    optimizer.zero_grad()
    loss = cross_entropy(model(x), one_hot)
    loss.backward()
    optimizer.step()
print("loss", loss.item())
