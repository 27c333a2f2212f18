"""Pretrain on digits 0-4, reuse the features for digits 5-9."""
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset


class SmallCNN(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.AdaptiveAvgPool2d(2),
        )
        self.fc = nn.Linear(128, num_classes)

    def forward(self, x):
        return self.fc(self.features(x).flatten(1))


def loaders(classes, seed=0):
    d = load_digits()
    m = np.isin(d.target, classes)
    X = torch.tensor(d.images[m] / 16.0, dtype=torch.float32)[:, None]
    y = torch.tensor(d.target[m] - min(classes))
    perm = torch.randperm(len(X), generator=torch.Generator().manual_seed(seed))
    cut = int(0.7 * len(X))
    return (DataLoader(TensorDataset(X[perm[:cut]], y[perm[:cut]]), 32, shuffle=True),
            DataLoader(TensorDataset(X[perm[cut:]], y[perm[cut:]]), 256))


def fit(model, optimizer, loader, epochs):
    crit = nn.CrossEntropyLoss()
    for ep in range(epochs):
        model.train()
        s = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = crit(model(x), y)
            loss.backward()
            optimizer.step()
            s += loss.item()
    return s / len(loader)


@torch.no_grad()
def test(model, loader):
    model.eval()
    return sum((model(x).argmax(1) == y).sum().item() for x, y in loader) / len(loader.dataset)


torch.manual_seed(0)
src_train, src_test = loaders([0, 1, 2, 3, 4])
dst_train, dst_test = loaders([5, 6, 7, 8, 9])

model = SmallCNN(5)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
fit(model, optimizer, src_train, 4)
print("source accuracy", round(test(model, src_test), 3))

# fine tuning: the features are frozen, only a fresh classifier is learned
for p in model.features.parameters():
    p.requires_grad = False
model.fc = nn.Linear(128, 5)
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
last = fit(model, optimizer, dst_train, 8)
print("target train loss", round(last, 3), " target accuracy", round(test(model, dst_test), 3))
