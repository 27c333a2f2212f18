"""Add up the numbers that a sequence shows."""

import torch
from torch import nn


class Adder(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, 40, nonlinearity="relu", batch_first=True)
        self.out = nn.Linear(40, 1)
        nn.init.eye_(self.rnn.weight_hh_l0)
        self.rnn.weight_hh_l0.data.mul_(1.06)

    def forward(self, x):
        states, _ = self.rnn(x)
        return self.out(states[:, -1])


torch.manual_seed(0)
x = torch.rand(256, 60, 1)
y = x.sum(dim=1) / 30
model = Adder()
optimizer = torch.optim.SGD(model.parameters(), lr=0.002)
for step in range(60):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    if step % 10 == 9:
        print(step, "loss", loss.item())
