import torch
import torch.nn.functional as F
from torch import nn


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(12, 24)
        self.out = nn.Linear(24, 4)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        return F.softmax(self.out(x), dim=1)


torch.manual_seed(0)
x = torch.randn(400, 12)
y = x[:, :4].argmax(dim=1)
net = Scorer()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(100):
    optimizer.zero_grad()
    probabilities = net(x)
    loss = F.nll_loss(torch.log(probabilities + 1e-9), y)
    loss.backward()
    optimizer.step()
print("mean probability of the right class:", probabilities[torch.arange(400), y].mean().item())
