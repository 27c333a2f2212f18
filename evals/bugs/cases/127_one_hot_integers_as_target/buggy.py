import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(200, 7)
classes = x[:, :3].argmax(dim=1)
target = F.one_hot(classes, num_classes=3)

model = nn.Linear(7, 3)
criterion = nn.CrossEntropyLoss()
opt = torch.optim.SGD(model.parameters(), lr=0.5)
for epoch in range(50):
    opt.zero_grad()
    loss = criterion(model(x), target)
    loss.backward()
    opt.step()
print(loss.item())
