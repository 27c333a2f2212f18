import torch
from torch import nn


class Thermo(nn.Module):
    """Temperature tomorrow from eight readings of today."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(8, 32),
            nn.ReLU(),
            nn.Linear(32, 1),
            nn.ReLU(),
        )

    def forward(self, x):
        return self.net(x)


torch.manual_seed(4)
x = torch.randn(900, 8)
y = (x[:, :4].mean(dim=1, keepdim=True) * 2 + 0.1 * torch.randn(900, 1))
model = Thermo()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(150):
    opt.zero_grad()
    nn.functional.mse_loss(model(x[:700]), y[:700]).backward()
    opt.step()
with torch.no_grad():
    print("validation loss", nn.functional.mse_loss(model(x[700:]), y[700:]).item())
