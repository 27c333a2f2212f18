import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
centres = 3 * torch.randn(4, 10)
labels = torch.randint(0, 4, (600,))
points = centres[labels] + torch.randn(600, 10)
loader = DataLoader(TensorDataset(points, labels), batch_size=50, shuffle=True)

model = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 4))
loss_function = nn.NLLLoss()
sgd = torch.optim.SGD(model.parameters(), lr=0.05)

for epoch in range(15):
    for xb, yb in loader:
        sgd.zero_grad()
        loss = loss_function(model(xb), yb)
        loss.backward()
        sgd.step()
    print(epoch, "loss", round(loss.item(), 4))
