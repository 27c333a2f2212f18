import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(300, 6)
y = (x[:, 0] > 1.0).float()
weights = torch.where(y == 1, 5.0, 1.0)  # rare ones count more

model = nn.Linear(6, 1)
criterion = nn.BCEWithLogitsLoss(reduction="none")
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for epoch in range(50):
    optimizer.zero_grad()
    loss = (criterion(model(x).squeeze(1), y) * weights).mean()
    loss.backward()
    optimizer.step()
print(loss.mean().item())
