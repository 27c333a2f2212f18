import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters())
x = torch.randn(2000, 20)
y = x[:, :1] - 0.5 * x[:, 1:2] ** 2

for step in range(100):
    pick = torch.randint(0, 1600, (64,))
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x[pick]), y[pick])
    loss.backward()
    optimizer.step()

model.eval()
all_outputs = []
for batch in x[1600:].split(50):
    all_outputs.append(model(batch))
error = nn.functional.mse_loss(torch.cat(all_outputs), y[1600:])
print("validation error", float(error))
