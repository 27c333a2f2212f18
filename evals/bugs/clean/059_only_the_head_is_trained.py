"""The backbone is frozen on purpose, and the optimiser gets the head's parameters."""
# needs: torch
import torch
from torch import nn

torch.manual_seed(0)
backbone = nn.Sequential(nn.Linear(16, 64), nn.ReLU())
for parameter in backbone.parameters():
    parameter.requires_grad_(False)
backbone.eval()
head = nn.Linear(64, 4)
optimizer = torch.optim.Adam(head.parameters(), lr=0.02)

x = torch.randn(400, 16)
y = x[:, :4].argmax(dim=1)
with torch.no_grad():
    codes = backbone(x)  # they never change, so once is enough
for epoch in range(100):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(head(codes), y)
    loss.backward()
    optimizer.step()
print("loss", loss.item())
