import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(500, 8)
y = x @ torch.randn(8, 1) + 0.1 * torch.randn(500, 1)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
mse = nn.MSELoss(reduction="sum")
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(300):
    optimizer.zero_grad()
    loss = mse(model(x), y)
    loss.backward()
    optimizer.step()
print("loss", loss.item())
