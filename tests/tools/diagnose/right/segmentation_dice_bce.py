# Blob segmentation with a two-level U-Net. Output: one logit per pixel.
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class Blobs(Dataset):
    """Images with 1-3 discs on noise; everything is fixed by the seed."""

    def __init__(self, n, seed, size=24):
        g = torch.Generator().manual_seed(seed)
        rr, cc = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
        self.masks = torch.zeros(n, 1, size, size)
        for i in range(n):
            for _ in range(int(torch.randint(1, 4, (1,), generator=g))):
                r, c = torch.randint(3, size - 3, (2,), generator=g)
                radius = torch.randint(2, 5, (1,), generator=g)
                self.masks[i, 0][(rr - r) ** 2 + (cc - c) ** 2 <= radius ** 2] = 1.0
        self.images = 0.8 * self.masks + 0.5 * torch.randn(self.masks.shape, generator=g)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return self.images[i], self.masks[i]


def block(a, b):
    return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(inplace=True))


class TinyUNet(nn.Module):
    def __init__(self, w=8):
        super().__init__()
        self.down1, self.down2, self.mid = block(1, w), block(w, 2 * w), block(2 * w, 2 * w)
        self.up2, self.up1 = block(4 * w, w), block(2 * w, w)
        self.head = nn.Conv2d(w, 1, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(F.max_pool2d(a, 2))
        m = self.mid(F.max_pool2d(b, 2))
        u = self.up2(torch.cat([F.interpolate(m, scale_factor=2.0), b], 1))
        u = self.up1(torch.cat([F.interpolate(u, scale_factor=2.0), a], 1))
        return self.head(u)


def soft_dice_loss(logits, target, eps=1.0):
    p = logits.sigmoid()
    inter = (p * target).sum(dim=(1, 2, 3))
    return (1 - (2 * inter + eps) / (p.sum(dim=(1, 2, 3)) + target.sum(dim=(1, 2, 3)) + eps)).mean()


@torch.no_grad()
def mean_iou(net, loader):
    net.eval()
    inter = union = 0
    for x, t in loader:
        p, t = net(x) > 0, t.bool()
        inter += (p & t).sum().item()
        union += (p | t).sum().item()
    return inter / union


torch.manual_seed(0)
train_dl = DataLoader(Blobs(240, seed=1), batch_size=16, shuffle=True)
valid_dl = DataLoader(Blobs(80, seed=2), batch_size=80)
net = TinyUNet()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
cosine = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=6)
for epoch in range(6):
    net.train()
    for x, t in train_dl:
        logits = net(x)
        loss = F.binary_cross_entropy_with_logits(logits, t) + soft_dice_loss(logits, t)
        opt.zero_grad()
        loss.backward()
        opt.step()
    cosine.step()
    print(f"epoch {epoch + 1}: foreground IoU on validation images {mean_iou(net, valid_dl):.3f}")
