import torch
from torch import nn


class Listener(nn.Module):
    """Was there a loud note anywhere in the sequence but at its end?"""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(input_size=3, hidden_size=24, batch_first=True)
        self.out = nn.Linear(24, 2)

    def forward(self, x):
        states, _ = self.lstm(x)
        return self.out(states[:, -1])


torch.manual_seed(0)
x = torch.randn(400, 12, 3)  # rows, time, features
y = (x[:, :8, 0].sum(dim=1) > 0).long()
model = Listener()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(80):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x[:300]), y[:300]).backward()
    optimizer.step()
with torch.no_grad():
    print("accuracy", (model(x[300:]).argmax(1) == y[300:]).float().mean().item())
