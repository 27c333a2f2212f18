import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
x = torch.rand(64, 3)
y = x.prod(dim=1, keepdim=True)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(50):
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()

torch.save(model.state_dict(), "whole_model.pt")

again = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
again.load_state_dict(torch.load("whole_model.pt"))
again.eval()
print("same:", torch.equal(again(x), model(x)))
