"""FGSM. At attack time gradients are needed in eval mode, with respect to the input only."""
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(5)
d = load_digits()
X = torch.tensor(d.images, dtype=torch.float32).unsqueeze(1) / 16
y = torch.tensor(d.target)
perm = torch.randperm(len(y))
train, test = perm[:1300], perm[1300:]

net = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.2), nn.Linear(256, 10))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for _ in range(6):
    net.train()
    for b in train[torch.randperm(len(train))].split(64):
        opt.zero_grad()
        F.cross_entropy(net(X[b]), y[b]).backward()
        opt.step()

net.eval().requires_grad_(False)


def fgsm(x, t, eps):
    x = x.clone().requires_grad_(True)
    (g,) = torch.autograd.grad(F.cross_entropy(net(x), t), x)
    return (x + eps * g.sign()).clamp(0, 1).detach()


for eps in (0.0, 0.05, 0.1, 0.2):
    adv = fgsm(X[test], y[test], eps)
    print(f"eps {eps:.2f}: accuracy {(net(adv).argmax(1) == y[test]).float().mean():.3f}")
