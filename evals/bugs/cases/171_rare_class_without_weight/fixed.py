import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(3000, 8)
rare = (torch.rand(3000) < 0.033).float()
x[:, :2] += 1.3 * rare.unsqueeze(1)
x_train, x_test, y_train, y_test = x[:2000], x[2000:], rare[:2000], rare[2000:]

model = nn.Linear(8, 1)
criterion = nn.BCEWithLogitsLoss(pos_weight=(1 - y_train).sum() / y_train.sum())
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(150):
    optimizer.zero_grad()
    criterion(model(x_train).squeeze(1), y_train).backward()
    optimizer.step()
with torch.no_grad():
    said_yes = model(x_test).squeeze(1) > 0
print("accuracy", (said_yes == y_test.bool()).float().mean().item())
print("recall of the rare class", said_yes[y_test == 1].float().mean().item())
