"""A siamese network: both sides go through the same encoder."""
# needs: torch
import torch
from torch import nn


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 8))

    def forward(self, left, right):
        return (self.encoder(left) - self.encoder(right)).pow(2).sum(dim=1)


torch.manual_seed(0)
kinds = torch.randint(0, 5, (600,))
centres = torch.randn(5, 10)
x = centres[kinds] + 0.3 * torch.randn(600, 10)
model = Siamese()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for step in range(150):
    i, j = torch.randint(0, 600, (2, 128))
    same = (kinds[i] == kinds[j]).float()
    distance = model(x[i], x[j])
    loss = (same * distance + (1 - same) * torch.relu(2 - distance)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("contrastive loss", loss.item())
