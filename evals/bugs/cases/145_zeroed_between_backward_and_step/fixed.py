import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(500, 5)
y = x.mean(dim=1, keepdim=True) * 5
dataloader = DataLoader(TensorDataset(x, y), batch_size=25, shuffle=True)
model = nn.Sequential(nn.Linear(5, 20), nn.ReLU(), nn.Linear(20, 1))
optimizer = optim.SGD(model.parameters(), lr=0.05)

for epoch in range(10):
    for xb, yb in dataloader:
        loss = nn.functional.mse_loss(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print("loss", nn.functional.mse_loss(model(x), y).item())
