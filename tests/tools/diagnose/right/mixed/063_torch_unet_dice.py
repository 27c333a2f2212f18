"""Segment bright discs in noisy images with a small U-Net (1x1 conv head), BCE + dice."""
import torch
import torch.nn.functional as F
from torch import nn


def make(n, g, size=32):
    yy, xx = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    cx, cy = torch.randint(6, size - 6, (2, n, 1, 1), generator=g)
    r = torch.randint(3, 8, (n, 1, 1), generator=g)
    mask = ((xx - cx) ** 2 + (yy - cy) ** 2 <= r**2).float()
    img = mask * 0.8 + torch.randn(n, size, size, generator=g) * 0.5
    return img.unsqueeze(1), mask.unsqueeze(1)


def block(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True))


class TinyUNet(nn.Module):
    def __init__(self, c=8):
        super().__init__()
        self.d1, self.d2, self.mid = block(1, c), block(c, 2 * c), block(2 * c, 4 * c)
        self.u2, self.u1 = block(6 * c, 2 * c), block(3 * c, c)
        self.head = nn.Conv2d(c, 1, kernel_size=1)

    def forward(self, x):
        a = self.d1(x)
        b = self.d2(F.max_pool2d(a, 2))
        m = self.mid(F.max_pool2d(b, 2))
        b = self.u2(torch.cat([F.interpolate(m, scale_factor=2), b], 1))
        a = self.u1(torch.cat([F.interpolate(b, scale_factor=2), a], 1))
        return self.head(a)


def dice_loss(logits, target, eps=1.0):
    p = torch.sigmoid(logits).flatten(1)
    t = target.flatten(1)
    return (1 - (2 * (p * t).sum(1) + eps) / (p.sum(1) + t.sum(1) + eps)).mean()


@torch.no_grad()
def mean_iou(model, x, m):
    model.eval()
    pred = (model(x) > 0).float()
    inter = (pred * m).sum((1, 2, 3))
    union = ((pred + m) > 0).float().sum((1, 2, 3))
    return (inter / union.clamp_min(1)).mean().item()


g = torch.Generator().manual_seed(0)
torch.manual_seed(0)
x_tr, m_tr = make(400, g)
x_va, m_va = make(100, g)
net = TinyUNet()
opt = torch.optim.Adam(net.parameters(), 3e-3)
for epoch in range(6):
    net.train()
    for b in torch.randperm(len(x_tr)).split(20):
        logits = net(x_tr[b])
        loss = F.binary_cross_entropy_with_logits(logits, m_tr[b]) + dice_loss(logits, m_tr[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(f"epoch {epoch}: IoU on held-out images {mean_iou(net, x_va, m_va):.3f}")
