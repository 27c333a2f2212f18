"""Keep the best weights by copy, restore them, and test once."""
# needs: torch
import copy

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(500, 20)
y = (x[:, 0] * x[:, 1] > 0).float().unsqueeze(1)
(x_train, y_train), (x_val, y_val), (x_test, y_test) = ((x[a:b], y[a:b]) for a, b in ((0, 300), (300, 400), (400, 500)))

model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 1))
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
best, best_state, waited = float("inf"), None, 0
for epoch in range(200):
    model.train()
    optimizer.zero_grad()
    loss_fn(model(x_train), y_train).backward()
    optimizer.step()
    model.eval()
    with torch.no_grad():
        val_loss = loss_fn(model(x_val), y_val).item()
    if val_loss < best:
        best, best_state, waited = val_loss, copy.deepcopy(model.state_dict()), 0
    else:
        waited += 1
        if waited == 15:
            break
model.load_state_dict(best_state)
model.eval()
with torch.no_grad():
    print("test loss", loss_fn(model(x_test), y_test).item())
