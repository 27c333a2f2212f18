"""Pretrain a conv net on upright digits; fine-tune on inverted ones with a tiny backbone rate."""
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

torch.manual_seed(9)


def get_data():
    d = load_digits()
    X = torch.tensor(d.images, dtype=torch.float32)[:, None] / 16
    return X, torch.tensor(d.target)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.features(x))


def fit(net, X, y, opt, epochs, frozen_bn=False):
    for _ in range(epochs):
        net.train()
        if frozen_bn:
            net.features.eval()
        for b in torch.randperm(len(X)).split(32):
            opt.zero_grad()
            nn.functional.cross_entropy(net(X[b]), y[b]).backward()
            opt.step()


@torch.no_grad()
def acc(net, X, y):
    net.eval()
    return (net(X).argmax(1) == y).float().mean().item()


X, y = get_data()
# disjoint images for pretraining, adaptation and test
rest, i_te = train_test_split(torch.arange(len(y)).tolist(), test_size=0.25, stratify=y, random_state=0)
i_pre, i_ad = train_test_split(rest, test_size=150, stratify=y[rest], random_state=0)
net = Net()
fit(net, X[i_pre], y[i_pre], torch.optim.Adam(net.parameters(), 2e-3), epochs=8)
inv = 1 - X
print(f"before adaptation: upright {acc(net, X[i_te], y[i_te]):.3f} inverted {acc(net, inv[i_te], y[i_te]):.3f}")

for p in net.features.parameters():
    p.requires_grad_(False)
net.head = nn.Linear(128, 10)
fit(net, inv[i_ad], y[i_ad], torch.optim.Adam(net.head.parameters(), 5e-3), epochs=30, frozen_bn=True)
print(f"new head only    : inverted {acc(net, inv[i_te], y[i_te]):.3f}")

for p in net.features.parameters():
    p.requires_grad_(True)
groups = [{"params": net.features.parameters(), "lr": 1e-4}, {"params": net.head.parameters(), "lr": 1e-3}]
fit(net, inv[i_ad], y[i_ad], torch.optim.Adam(groups), epochs=30)
print(f"whole network    : inverted {acc(net, inv[i_te], y[i_te]):.3f}")
