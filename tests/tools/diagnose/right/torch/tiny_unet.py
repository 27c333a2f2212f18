from typing import Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class Blobs(Dataset):
    """Noisy pictures with one to three bright discs; the target is the disc mask."""

    def __init__(self, n: int, seed: int, size: int = 32):
        self.n, self.seed, self.size = n, seed, size

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, i: int) -> Tuple[torch.Tensor, torch.Tensor]:
        g = torch.Generator().manual_seed(self.seed * 100_003 + i)
        s = self.size
        yy, xx = torch.meshgrid(torch.arange(s), torch.arange(s), indexing="ij")
        mask = torch.zeros(s, s)
        for _ in range(int(torch.randint(1, 4, (1,), generator=g))):
            cy, cx = torch.randint(4, s - 4, (2,), generator=g)
            r = torch.randint(2, 6, (1,), generator=g)
            mask[(yy - cy) ** 2 + (xx - cx) ** 2 <= r ** 2] = 1.0
        img = 0.6 * mask + 0.35 * torch.randn(s, s, generator=g)
        return img[None], mask[None]


def block(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.GroupNorm(4, o), nn.ReLU(inplace=True))


class UNet(nn.Module):
    def __init__(self, c=12):
        super().__init__()
        self.d1, self.d2, self.mid = block(1, c), block(c, 2 * c), block(2 * c, 2 * c)
        self.u2, self.u1 = block(4 * c, c), block(2 * c, c)
        self.out = nn.Conv2d(c, 1, 1)

    def forward(self, x):
        a = self.d1(x)
        b = self.d2(F.max_pool2d(a, 2))
        m = self.mid(F.max_pool2d(b, 2))
        b = self.u2(torch.cat([F.interpolate(m, scale_factor=2.0, mode="nearest"), b], 1))
        a = self.u1(torch.cat([F.interpolate(b, scale_factor=2.0, mode="nearest"), a], 1))
        return self.out(a)


def dice_loss(logits, target, eps=1.0):
    p = logits.sigmoid().flatten(1)
    t = target.flatten(1)
    return (1 - (2 * (p * t).sum(1) + eps) / (p.sum(1) + t.sum(1) + eps)).mean()


@torch.inference_mode()
def global_iou(model, loader):
    model.eval()
    inter = union = 0
    for x, y in loader:
        p, t = model(x) > 0, y > 0.5
        inter += (p & t).sum().item()
        union += (p | t).sum().item()
    return inter / union


def main():
    torch.manual_seed(0)
    train = DataLoader(Blobs(320, seed=1), batch_size=16, shuffle=True)
    valid = DataLoader(Blobs(80, seed=2), batch_size=40)
    net = UNet()
    opt = torch.optim.Adam(net.parameters(), lr=4e-3)
    for epoch in range(5):
        net.train()
        run = 0.0
        for x, y in train:
            logits = net(x)
            loss = F.binary_cross_entropy_with_logits(logits, y) + dice_loss(logits, y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            run += loss.item() * len(x)
        print(f"epoch {epoch}: loss {run / len(train.dataset):.3f}  IoU {global_iou(net, valid):.3f}")


if __name__ == "__main__":
    main()
