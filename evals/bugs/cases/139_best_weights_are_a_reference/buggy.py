import copy

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(80, 30)
y = x[:, :1] + 0.7 * torch.randn(80, 1)
x_val, y_val = torch.randn(200, 30), None
y_val = x_val[:, :1] + 0.7 * torch.randn(200, 1)

model = nn.Sequential(nn.Linear(30, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
best_loss, best_state = float("inf"), copy.deepcopy(model.state_dict())
for epoch in range(120):
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
    with torch.no_grad():
        val_loss = nn.functional.mse_loss(model(x_val), y_val).item()
    if val_loss < best_loss:
        best_loss = val_loss
        best_state = model.state_dict()

model.load_state_dict(best_state)
with torch.no_grad():
    restored_loss = nn.functional.mse_loss(model(x_val), y_val).item()
print("best", best_loss, "restored", restored_loss)
