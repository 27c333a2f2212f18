"""A small classifier of hand-written digits."""

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
data = load_digits()
parts = train_test_split(data.data / 16, data.target, test_size=0.25, random_state=0)
x_train, x_test = (torch.tensor(p, dtype=torch.float32) for p in parts[:2])
y_train, y_test = (torch.tensor(p) for p in parts[2:])
train_loader = DataLoader(TensorDataset(x_train, y_train), batch_size=32, shuffle=True)

model = nn.Sequential(nn.Linear(64, 50), nn.ReLU(), nn.Linear(50, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(12):
    for images, targets in train_loader:
        outputs = model(images)
        loss = criterion(outputs, targets)
        loss.backward()
        optimizer.step()

with torch.no_grad():
    accuracy = (model(x_test).argmax(1) == y_test).float().mean()
print(f"test accuracy {accuracy:.3f}")
