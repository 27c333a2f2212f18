"""CenterNet-like detector for one class of rectangles in 32x32 pictures."""
import math

import torch
from torch import nn
import torch.nn.functional as F

S, STRIDE = 32, 4
G = S // STRIDE


def scene(n, gen):
    imgs = 0.15 * torch.randn(n, 1, S, S, generator=gen)
    heat = torch.zeros(n, G, G)
    reg = torch.zeros(n, 4, G, G)           # dx, dy inside the cell, log w, log h
    boxes = []
    for i in range(n):
        w, h = torch.randint(5, 13, (2,), generator=gen).tolist()
        x0 = int(torch.randint(0, S - w, (1,), generator=gen))
        y0 = int(torch.randint(0, S - h, (1,), generator=gen))
        imgs[i, 0, y0:y0 + h, x0:x0 + w] += 1.0
        cx, cy = x0 + w / 2, y0 + h / 2
        gx, gy = int(cx // STRIDE), int(cy // STRIDE)
        heat[i, gy, gx] = 1
        reg[i, :, gy, gx] = torch.tensor([cx / STRIDE - gx, cy / STRIDE - gy, math.log(w), math.log(h)])
        boxes.append([x0, y0, x0 + w, y0 + h])
    return imgs, heat, reg, torch.tensor(boxes, dtype=torch.float32)


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 16, 5, stride=2, padding=2), nn.ReLU(),
            nn.Conv2d(16, 32, 5, stride=2, padding=2), nn.ReLU(),
            nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(),
            nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(),
        )
        self.heat = nn.Conv2d(32, 1, 1)
        self.reg = nn.Conv2d(32, 4, 1)
        nn.init.constant_(self.heat.bias, -2.19)     # prior p = 0.1

    def forward(self, x):
        f = self.body(x)
        return self.heat(f).squeeze(1), self.reg(f)


def focal(logits, t, gamma=2.0):
    ce = F.binary_cross_entropy_with_logits(logits, t, reduction="none")
    pt = torch.exp(-ce)
    return ((1 - pt) ** gamma * ce).sum() / t.sum().clamp(min=1)


def decode(heat, reg):
    n = len(heat)
    k = heat.flatten(1).argmax(1)
    gy, gx = k // G, k % G
    r = reg[torch.arange(n), :, gy, gx]
    cx, cy = (gx + r[:, 0]) * STRIDE, (gy + r[:, 1]) * STRIDE
    w, h = r[:, 2].exp(), r[:, 3].exp()
    return torch.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], 1)


def paired_iou(a, b):
    lt, rb = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    inter = (rb - lt).clamp(min=0).prod(1)
    area = lambda q: (q[:, 2:] - q[:, :2]).prod(1)
    return inter / (area(a) + area(b) - inter)


torch.manual_seed(0)
gen = torch.Generator().manual_seed(10)
xtr, htr, rtr, _ = scene(640, gen)
xte, _, _, bte = scene(200, gen)
net = Detector()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(14):
    net.train()
    for i in torch.randperm(len(xtr)).split(32):
        heat, reg = net(xtr[i])
        pos = htr[i].bool()
        l1 = F.l1_loss(reg.permute(0, 2, 3, 1)[pos], rtr[i].permute(0, 2, 3, 1)[pos])
        loss = focal(heat, htr[i]) + l1
        opt.zero_grad()
        loss.backward()
        opt.step()
net.eval()
with torch.no_grad():
    iou = paired_iou(decode(*net(xte)), bte)
print(f"mean IoU {iou.mean():.3f}   recall at IoU 0.5 {(iou > 0.5).float().mean():.3f}")
