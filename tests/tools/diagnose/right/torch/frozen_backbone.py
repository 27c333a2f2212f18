"""Fine-tuning: frozen backbone kept in eval mode while the head trains, then a gentle unfreeze."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

torch.manual_seed(14)
digits = load_digits()
X = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16.0
y = torch.tensor(digits.target)
low, high = y < 5, y >= 5


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
            nn.AdaptiveAvgPool2d(2), nn.Flatten())

    def forward(self, x):
        return self.f(x)


class Net(nn.Module):
    def __init__(self, backbone, n):
        super().__init__()
        self.backbone, self.head, self.frozen = backbone, nn.Linear(128, n), False

    def freeze(self, flag=True):
        self.frozen = flag
        for p in self.backbone.parameters():
            p.requires_grad_(not flag)

    def train(self, mode=True):
        super().train(mode)
        if self.frozen:
            self.backbone.eval()       # batch-norm statistics stay as they were
        return self

    def forward(self, x):
        return self.head(self.backbone(x))


def fit(net, xs, ys, epochs, groups):
    opt = torch.optim.Adam(groups)
    for _ in range(epochs):
        net.train()
        for b in torch.randperm(len(xs)).split(48):
            loss = nn.functional.cross_entropy(net(xs[b]), ys[b])
            opt.zero_grad()
            loss.backward()
            opt.step()


def accuracy(net, xs, ys):
    net.eval()
    with torch.no_grad():
        return round((net(xs).argmax(1) == ys).float().mean().item(), 3)


source = Net(Backbone(), 5)
fit(source, X[low], y[low], 4, [{"params": source.parameters(), "lr": 2e-3}])

tr, te = train_test_split(torch.where(high)[0].numpy(), test_size=0.5, random_state=0)
xtr, ytr, xte, yte = X[tr], y[tr] - 5, X[te], y[te] - 5
target = Net(source.backbone, 5)
target.freeze()
fit(target, xtr, ytr, 6, [{"params": target.head.parameters(), "lr": 3e-3}])
print("head only:", accuracy(target, xte, yte))
target.freeze(False)
fit(target, xtr, ytr, 4, [{"params": target.backbone.parameters(), "lr": 1e-4},
                          {"params": target.head.parameters(), "lr": 1e-3}])
print("after unfreezing:", accuracy(target, xte, yte))
