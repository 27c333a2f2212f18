"""PGD training against plain training on digits (eps in pixel units of 0..1)."""
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

EPS, ALPHA, STEPS = 0.12, 0.04, 5


def pgd(model, x, y):
    was_training = model.training
    model.eval()
    adv = (x + torch.empty_like(x).uniform_(-EPS, EPS)).clamp(0, 1)
    for _ in range(STEPS):
        adv.requires_grad_(True)
        g, = torch.autograd.grad(F.cross_entropy(model(adv), y), adv)
        with torch.no_grad():
            adv = adv + ALPHA * g.sign()
            adv = torch.min(torch.max(adv, x - EPS), x + EPS).clamp(0, 1)
    model.train(was_training)
    return adv.detach()


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


def train(x, y, robust, epochs=20):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.1), nn.Linear(128, 10))
    opt = torch.optim.Adam(net.parameters(), lr=2e-3)
    for _ in range(epochs):
        net.train()
        for idx in torch.randperm(len(x)).split(64):
            xb, yb = x[idx], y[idx]
            if robust:
                xb = pgd(net, xb, yb)
            loss = F.cross_entropy(net(xb), yb)
            opt.zero_grad()
            loss.backward()
            opt.step()
    return net


if __name__ == "__main__":
    X, y = load_digits(return_X_y=True)
    Xa, Xb, ya, yb = train_test_split(X / 16, y, test_size=0.3, stratify=y, random_state=0)
    Xa, Xb = torch.tensor(Xa, dtype=torch.float32), torch.tensor(Xb, dtype=torch.float32)
    ya, yb = torch.tensor(ya), torch.tensor(yb)
    for robust in (False, True):
        net = train(Xa, ya, robust)
        clean = accuracy(net, Xb, yb)
        attacked = accuracy(net, pgd(net, Xb, yb), yb)
        print(f"{'pgd' if robust else 'plain':6s} clean {clean:.3f}  under attack {attacked:.3f}")
