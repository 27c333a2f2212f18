"""One-stage grid detector for a single square in each image (objectness + box)."""
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
S, IMG = 4, 32
CELL = IMG // S


def make(n):
    imgs = 0.2 * torch.randn(n, 1, IMG, IMG)
    boxes = torch.zeros(n, 4)
    for k in range(n):
        w, h = torch.randint(6, 13, (2,)).tolist()
        x0, y0 = torch.randint(0, IMG - w, (1,)).item(), torch.randint(0, IMG - h, (1,)).item()
        imgs[k, 0, y0:y0 + h, x0:x0 + w] += 1.0
        boxes[k] = torch.tensor([x0, y0, x0 + w, y0 + h], dtype=torch.float32)
    return imgs, boxes


def encode(boxes):
    n = len(boxes)
    cx, cy = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    col, row = (cx // CELL).long().clamp(max=S - 1), (cy // CELL).long().clamp(max=S - 1)
    obj = torch.zeros(n, S, S)
    reg = torch.zeros(n, 4, S, S)
    k = torch.arange(n)
    obj[k, row, col] = 1.0
    reg[k, 0, row, col] = cx / CELL - col
    reg[k, 1, row, col] = cy / CELL - row
    reg[k, 2, row, col] = torch.log((boxes[:, 2] - boxes[:, 0]) / CELL)
    reg[k, 3, row, col] = torch.log((boxes[:, 3] - boxes[:, 1]) / CELL)
    return obj, reg


def decode(out):
    n = len(out)
    best = out[:, 0].flatten(1).argmax(1)
    row, col = best // S, best % S
    r = out[torch.arange(n), 1:, row, col]
    cx, cy = (col + r[:, 0]) * CELL, (row + r[:, 1]) * CELL
    w, h = r[:, 2].exp() * CELL, r[:, 3].exp() * CELL
    return torch.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], 1)


def iou(a, b):
    lt, rb = torch.max(a[:, :2], b[:, :2]), torch.min(a[:, 2:], b[:, 2:])
    inter = (rb - lt).clamp(min=0).prod(1)
    area = lambda t: (t[:, 2] - t[:, 0]) * (t[:, 3] - t[:, 1])
    return inter / (area(a) + area(b) - inter)


net = nn.Sequential()
for i, (a, b) in enumerate([(1, 16), (16, 32), (32, 32)]):
    net.append(nn.Conv2d(a, b, 3, stride=2, padding=1))
    net.append(nn.BatchNorm2d(b))
    net.append(nn.ReLU())
net.append(nn.Conv2d(32, 5, 3, padding=1))

imgs, boxes = make(400)
obj, reg = encode(boxes)
test_imgs, test_boxes = make(100)
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(10):
    net.train()
    for b in torch.randperm(400).split(40):
        out = net(imgs[b])
        l_obj = F.binary_cross_entropy_with_logits(out[:, 0], obj[b])
        mask = obj[b].unsqueeze(1)
        l_reg = (F.smooth_l1_loss(out[:, 1:], reg[b], reduction="none") * mask).sum() / mask.sum()
        loss = l_obj + l_reg
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 3 == 0:
        net.eval()
        with torch.no_grad():
            print(epoch, round(loss.item(), 3), "IoU", round(iou(decode(net(test_imgs)), test_boxes).mean().item(), 3))
