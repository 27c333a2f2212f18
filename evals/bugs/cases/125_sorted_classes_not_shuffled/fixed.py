import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset


class FolderOfDigits(Dataset):
    """The digits as an image folder gives them: all zeros, then all ones, ..."""

    def __init__(self, rows):
        data = load_digits()
        images, labels = data.data[rows] / 16, data.target[rows]
        order = np.argsort(labels, kind="stable")
        self.images = torch.tensor(images[order], dtype=torch.float32)
        self.labels = torch.tensor(labels[order])

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.images[index], self.labels[index]


torch.manual_seed(0)
mixed = np.random.default_rng(0).permutation(1797)
train_loader = DataLoader(FolderOfDigits(mixed[:1400]), batch_size=20, shuffle=True)
test_loader = DataLoader(FolderOfDigits(mixed[1400:]), batch_size=100)

model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
for epoch in range(6):
    for images, labels in train_loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()

with torch.no_grad():
    hits = sum((model(images).argmax(1) == labels).sum().item() for images, labels in test_loader)
print("test accuracy", hits / len(test_loader.dataset))
