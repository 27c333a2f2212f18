import torch
from torch import nn


class DeepNet(nn.Module):
    def __init__(self, width=32, depth=4):
        super().__init__()
        self.first = nn.Linear(8, width)
        self.hidden = [nn.Linear(width, width) for _ in range(depth)]
        self.last = nn.Linear(width, 1)

    def forward(self, x):
        x = torch.relu(self.first(x))
        for layer in self.hidden:
            x = torch.relu(layer(x))
        return self.last(x)


torch.manual_seed(0)
model = DeepNet()
x = torch.rand(512, 8) * 4 - 2
y = torch.sin(3 * x[:, :1]) * x[:, 1:2]
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(150):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
print("loss after training:", loss.item())
