import torch
from torch import nn

torch.manual_seed(0)
sizes = torch.rand(300, 2)
price = 10 + 9 * sizes[:, 0] - 2 * sizes[:, 1] + 0.1 * torch.randn(300)

model = nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
loss_func = nn.MSELoss()
for epoch in range(400):
    optimizer.zero_grad()
    predicted = model(sizes)
    loss = loss_func(predicted.squeeze(1), price)
    loss.backward()
    optimizer.step()

with torch.no_grad():
    left = price - model(sizes).squeeze(1)
print("R2", 1 - (left.var() / price.var()).item())
