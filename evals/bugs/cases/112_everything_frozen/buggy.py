import torch
from torch import nn, optim

torch.manual_seed(0)
pretrained = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 100))

pretrained[2] = nn.Linear(32, 2)
for p in pretrained.parameters():
    p.requires_grad = False

x = torch.randn(128, 16)
y = (x.sum(1) > 0).long()
opt = optim.SGD(pretrained.parameters(), lr=0.1)
for epoch in range(20):
    opt.zero_grad()
    loss = nn.CrossEntropyLoss()(pretrained(x), y)
    loss.backward()
    opt.step()
print(loss)
