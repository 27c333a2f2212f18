import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(30, 16), nn.Tanh())
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        code = self.encoder(x)
        code = torch.tensor(code.detach().numpy())  # head works on plain numbers
        return self.head(code)


torch.manual_seed(2)
x = torch.randn(500, 30)
y = (x[:, 0].abs() > 0.6).long() + (x[:, 1] > 0).long()
model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(200):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
print("loss", loss.item())
