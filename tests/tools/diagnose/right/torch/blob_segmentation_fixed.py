"""Foreground segmentation of bright blobs; flips as augmentation."""
import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

SIZE = 24


def draw(rng):
    yy, xx = np.mgrid[0:SIZE, 0:SIZE]
    img = rng.normal(0, 0.3, (SIZE, SIZE))
    mask = np.zeros((SIZE, SIZE), dtype=bool)
    cy, cx, r = rng.uniform(4, SIZE - 4), rng.uniform(3, SIZE / 2 - 2), rng.uniform(2.5, 4.5)
    mask |= (yy - cy) ** 2 + (xx - cx) ** 2 < r ** 2
    img[mask] += 1.0
    return img.astype("float32"), mask.astype("float32")


class RandomFlip:
    def __init__(self, p=0.5):
        self.p = p

    def __call__(self, img, mask):
        if random.random() < self.p:
            img, mask = torch.flip(img, dims=[-1]), torch.flip(mask, dims=[-1])
        return img, mask


class Blobs(Dataset):
    def __init__(self, n, seed, transform=None):
        rng = np.random.default_rng(seed)
        self.items = [draw(rng) for _ in range(n)]
        self.transform = transform

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        img, mask = (torch.from_numpy(a)[None] for a in self.items[i])
        if self.transform:
            img, mask = self.transform(img, mask)
        return img, mask


def dice(logits, target, eps=1e-6):
    p = (logits > 0).float()
    inter = (p * target).sum((1, 2, 3))
    return ((2 * inter + eps) / (p.sum((1, 2, 3)) + target.sum((1, 2, 3)) + eps)).mean().item()


def main():
    random.seed(0)
    torch.manual_seed(0)
    train = DataLoader(Blobs(300, 0, transform=RandomFlip()), batch_size=20, shuffle=True)
    val_img, val_mask = next(iter(DataLoader(Blobs(80, 1), batch_size=80)))
    net = nn.Sequential(
        nn.Conv2d(1, 12, 5, padding=2), nn.ReLU(),
        nn.Conv2d(12, 12, 5, padding=2), nn.ReLU(),
        nn.Conv2d(12, 1, 1),
    )
    opt = torch.optim.Adam(net.parameters(), lr=5e-3)
    bce = nn.BCEWithLogitsLoss()
    for epoch in range(8):
        net.train()
        for img, mask in train:
            opt.zero_grad()
            loss = bce(net(img), mask)
            loss.backward()
            opt.step()
        net.eval()
        with torch.no_grad():
            out = net(val_img)
        print(f"epoch {epoch} train loss {loss.item():.4f} val dice {dice(out, val_mask):.3f}")


main()
