import torch
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

torch.manual_seed(0)
model = nn.Linear(12, 1)
x = torch.randn(300, 12)
y = x.sum(dim=1, keepdim=True) + torch.randn(300, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = ReduceLROnPlateau(optimizer, mode="min", patience=3, verbose=True)
for epoch in range(30):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x[:200]), y[:200])
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        scheduler.step(nn.functional.mse_loss(model(x[200:]), y[200:]))
print(optimizer.param_groups[0]["lr"])
