import numpy as np
import torch
from torch import nn
import torch.nn.functional as F
from sklearn import datasets, model_selection


def mixup(x, y, n_classes, alpha=0.3):
    lam = np.random.beta(alpha, alpha)
    perm = torch.randperm(x.size(0))
    t = F.one_hot(y, n_classes).float()
    return lam * x + (1 - lam) * x[perm], lam * t + (1 - lam) * t[perm]


def cutmix(x, y, n_classes):
    H, W = x.shape[-2:]
    h, w = np.random.randint(1, H // 2 + 1), np.random.randint(1, W // 2 + 1)
    top, left = np.random.randint(0, H - h + 1), np.random.randint(0, W - w + 1)
    perm = torch.randperm(x.size(0))
    out = x.clone()
    out[:, :, top:top + h, left:left + w] = x[perm, :, top:top + h, left:left + w]
    lam = 1 - h * w / (H * W)
    t = F.one_hot(y, n_classes).float()
    return out, lam * t + (1 - lam) * t[perm]


def main():
    np.random.seed(0); torch.manual_seed(0)
    d = datasets.load_digits()
    a, b, ya, yb = model_selection.train_test_split(d.images.astype("float32") / 16, d.target, test_size=0.3,
                                                    random_state=0, stratify=d.target)
    a, b = torch.from_numpy(a).unsqueeze(1), torch.from_numpy(b).unsqueeze(1)
    ya, yb = torch.from_numpy(ya), torch.from_numpy(yb)
    net = nn.Sequential(nn.Conv2d(1, 24, 3, padding=1), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(2),
                        nn.Conv2d(24, 48, 3, padding=1), nn.BatchNorm2d(48), nn.ReLU(), nn.Flatten(1), nn.Linear(48 * 16, 10))
    opt = torch.optim.Adam(net.parameters(), lr=2e-3)
    for epoch in range(4):
        net.train()
        soft_loss = 0.0
        for idx in torch.randperm(len(a)).split(64):
            mix = mixup if np.random.rand() < 0.5 else cutmix
            xb, tb = mix(*((a[idx], ya[idx]) + (10,)))
            loss = F.cross_entropy(net(xb), tb)            # soft targets
            opt.zero_grad()
            loss.backward()
            opt.step()
            soft_loss += loss.item() * len(idx)
        net.eval()
        with torch.no_grad():
            acc = net(b).argmax(dim=-1).eq(yb).float().mean().item()
        print(f"epoch {epoch}: soft loss {soft_loss / len(a):.3f}, clean accuracy {acc:.3f}")


main()
