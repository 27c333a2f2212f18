import torch
from torch import nn


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 64)
        self.fc2 = nn.Linear(64, 64)
        self.fc3 = nn.Linear(64, 1)

    def forward(self, x):
        x = self.fc1(x)
        x = self.fc2(x)
        return self.fc3(x)


torch.manual_seed(0)
x = 2 * torch.rand(600, 2) - 1
y = ((x[:, 0] * x[:, 1]) > 0).float()  # the XOR of two signs
mlp = MLP()
optimizer = torch.optim.Adam(mlp.parameters(), lr=0.01)
for epoch in range(200):
    optimizer.zero_grad()
    nn.functional.binary_cross_entropy_with_logits(mlp(x).squeeze(1), y).backward()
    optimizer.step()
with torch.no_grad():
    print("training accuracy", ((mlp(x).squeeze(1) > 0) == y.bool()).float().mean().item())
