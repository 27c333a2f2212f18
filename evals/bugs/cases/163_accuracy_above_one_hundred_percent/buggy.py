import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(400, 9)
y = (x[:, 0] + x[:, 1] > 0).float()
model = nn.Sequential(nn.Linear(9, 12), nn.ReLU(), nn.Linear(12, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(80):
    optimizer.zero_grad()
    loss = nn.functional.binary_cross_entropy_with_logits(model(x).squeeze(1), y)
    loss.backward()
    optimizer.step()

with torch.no_grad():
    predicted = (torch.sigmoid(model(x)) > 0.5).float()
    accuracy = (predicted == y).sum().item() / len(y)
print("accuracy", accuracy)
