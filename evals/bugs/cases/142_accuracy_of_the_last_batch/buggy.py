import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
digits = load_digits()
x = torch.tensor(digits.data / 16, dtype=torch.float32)
y = torch.tensor(digits.target)
test_loader = DataLoader(TensorDataset(x[1300:], y[1300:]), batch_size=100)

net = nn.Linear(64, 10)
opt = torch.optim.Adam(net.parameters(), lr=0.05)
for epoch in range(60):
    opt.zero_grad()
    nn.functional.cross_entropy(net(x[:1300]), y[:1300]).backward()
    opt.step()

net.eval()
with torch.no_grad():
    for images, labels in test_loader:
        predicted = net(images).argmax(dim=1)
        correct = (predicted == labels).sum().item()
        total = len(labels)
print(f"test accuracy: {correct / total:.3f}")
