import torch
from torch import nn


class Regressor(nn.Module):
    def __init__(self, inputs, hidden):
        self.first = nn.Linear(inputs, hidden)
        self.second = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))


torch.manual_seed(0)
net = Regressor(3, 10)
x = torch.rand(50, 3)
opt = torch.optim.LBFGS(net.parameters())


def closure():
    opt.zero_grad()
    loss = ((net(x) - x[:, :1] ** 2) ** 2).mean()
    loss.backward()
    return loss


for _ in range(3):
    print(opt.step(closure).item())
