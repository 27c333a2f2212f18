import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import Dataset, DataLoader


class CirclesDataset(Dataset):
    """Gray images with a bright disc over noise; mask is the disc."""

    def __init__(self, n, size=32, seed=0):
        self.n, self.size, self.seed = n, size, seed

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if i >= self.n:
            raise IndexError
        g = torch.Generator().manual_seed(self.seed * 100003 + i)
        cx, cy = (torch.rand(2, generator=g) * (self.size - 12) + 6).tolist()
        r = 3 + 4 * torch.rand(1, generator=g).item()
        yy, xx = torch.meshgrid(torch.arange(self.size), torch.arange(self.size), indexing="ij")
        mask = ((xx - cx) ** 2 + (yy - cy) ** 2 <= r ** 2).float()
        img = mask * 0.8 + 0.4 * torch.randn(self.size, self.size, generator=g)
        return img.unsqueeze(0), mask.unsqueeze(0)


def double_conv(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU(True),
                         nn.Conv2d(o, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU(True))


class UNet(nn.Module):
    def __init__(self, c=8):
        super().__init__()
        self.d1, self.d2, self.mid = double_conv(1, c), double_conv(c, 2 * c), double_conv(2 * c, 4 * c)
        self.up2, self.u2 = nn.ConvTranspose2d(4 * c, 2 * c, 2, 2), double_conv(4 * c, 2 * c)
        self.up1, self.u1 = nn.ConvTranspose2d(2 * c, c, 2, 2), double_conv(2 * c, c)
        self.out = nn.Conv2d(c, 1, 1)

    def forward(self, x):
        a = self.d1(x)
        b = self.d2(F.max_pool2d(a, 2))
        m = self.mid(F.max_pool2d(b, 2))
        b = self.u2(torch.cat([self.up2(m), b], 1))
        a = self.u1(torch.cat([self.up1(b), a], 1))
        return self.out(a)


def dice_loss(logits, target, eps=1.0):
    p = logits.sigmoid().flatten(1)
    t = target.flatten(1)
    inter = (p * t).sum(1)
    return (1 - (2 * inter + eps) / (p.sum(1) + t.sum(1) + eps)).mean()


@torch.no_grad()
def mean_iou(model, loader):
    model.eval()
    ious = []
    for x, m in loader:
        pred = (model(x) > 0).flatten(1)
        m = m.bool().flatten(1)
        ious.append((pred & m).sum(1) / (pred | m).sum(1).clamp(min=1))
    return torch.cat(ious).mean().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    train = DataLoader(CirclesDataset(192, seed=1), batch_size=16, shuffle=True)
    val = DataLoader(CirclesDataset(64, seed=2), batch_size=32)
    model = UNet()
    opt = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for epoch in range(10):
        model.train()
        for x, m in train:
            logits = model(x)
            loss = F.binary_cross_entropy_with_logits(logits, m) + dice_loss(logits, m)
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(f"epoch {epoch}: loss {loss.item():.3f} val IoU {mean_iou(model, val):.3f}")
