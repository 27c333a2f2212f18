"""FGSM and PGD attacks, adversarial training; the network's state is put back after an attack."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
Xtr, Xte, ytr, yte = train_test_split(X / 16.0, y, test_size=0.25, random_state=1, stratify=y)
Xtr, Xte = (torch.tensor(v, dtype=torch.float32) for v in (Xtr, Xte))
ytr, yte = torch.tensor(ytr), torch.tensor(yte)
EPS = 0.1


def pgd(model, x, y, eps=EPS, steps=5, lr=0.04):
    was_training = model.training
    model.eval()
    adv = (x + torch.empty_like(x).uniform_(-eps, eps)).clamp(0, 1)
    for _ in range(steps):
        adv.requires_grad_(True)
        loss = F.cross_entropy(model(adv), y)
        grad, = torch.autograd.grad(loss, adv)
        with torch.no_grad():
            adv = adv + lr * grad.sign()                       # ascent
            adv = torch.min(torch.max(adv, x - eps), x + eps).clamp(0, 1)
    model.train(was_training)
    return adv.detach()


def build():
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Dropout(0.1), nn.Linear(96, 10))


def train(adversarial):
    model = build()
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    model.train()
    for epoch in range(8):
        for b in torch.randperm(len(Xtr)).split(64):
            xb = pgd(model, Xtr[b], ytr[b]) if adversarial else Xtr[b]
            loss = F.cross_entropy(model(xb), ytr[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
    return model.eval()


for flag in (False, True):
    m = train(flag)
    adv = pgd(m, Xte, yte, steps=10, lr=0.02)
    with torch.no_grad():
        clean = (m(Xte).argmax(1) == yte).float().mean().item()
        robust = (m(adv).argmax(1) == yte).float().mean().item()
    print(f"adversarial={flag}: clean {clean:.3f} robust {robust:.3f}")
