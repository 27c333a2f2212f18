# Segmentación de discos sintéticos con una U-Net pequeña y pérdida Dice + BCE
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import Dataset, DataLoader

torch.manual_seed(5)


class Discos(Dataset):
    def __init__(self, n, tam=32, semilla=0):
        g = torch.Generator().manual_seed(semilla)
        eje = torch.arange(tam, dtype=torch.float32)
        yy, xx = torch.meshgrid(eje, eje, indexing="ij")
        self.imagenes, self.mascaras = [], []
        for _ in range(n):
            cx, cy = torch.rand(2, generator=g) * 20 + 6
            r = torch.rand(1, generator=g) * 4 + 3
            m = (((xx - cx) ** 2 + (yy - cy) ** 2) < r ** 2).float()
            img = m * 0.7 + 0.3 * torch.randn(tam, tam, generator=g)
            self.imagenes.append(img[None])
            self.mascaras.append(m[None])

    def __len__(self):
        return len(self.imagenes)

    def __getitem__(self, i):
        return self.imagenes[i], self.mascaras[i]


def doble_conv(a, b):
    return nn.Sequential(
        nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(inplace=True),
        nn.Conv2d(b, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(inplace=True))


class UNet(nn.Module):
    def __init__(self, base=8):
        super().__init__()
        self.e1 = doble_conv(1, base)
        self.e2 = doble_conv(base, base * 2)
        self.fondo = doble_conv(base * 2, base * 4)
        self.pool = nn.MaxPool2d(2)
        self.up2 = nn.ConvTranspose2d(base * 4, base * 2, 2, stride=2)
        self.d2 = doble_conv(base * 4, base * 2)
        self.up1 = nn.ConvTranspose2d(base * 2, base, 2, stride=2)
        self.d1 = doble_conv(base * 2, base)
        self.salida = nn.Conv2d(base, 1, 1)

    def forward(self, x):
        s1 = self.e1(x)
        s2 = self.e2(self.pool(s1))
        z = self.fondo(self.pool(s2))
        z = self.d2(torch.cat([self.up2(z), s2], dim=1))
        z = self.d1(torch.cat([self.up1(z), s1], dim=1))
        return self.salida(z)


def perdida_dice(logits, objetivo, eps=1.0):
    p = torch.sigmoid(logits).flatten(1)
    t = objetivo.flatten(1)
    inter = (p * t).sum(1)
    return (1 - (2 * inter + eps) / (p.sum(1) + t.sum(1) + eps)).mean()


entreno = DataLoader(Discos(192), batch_size=8, shuffle=True)
valida = DataLoader(Discos(32, semilla=99), batch_size=16)
red = UNet()
opt = torch.optim.Adam(red.parameters(), lr=3e-3)

for epoca in range(4):
    red.train()
    total = 0.0
    for img, mask in entreno:
        logits = red(img)
        perdida = F.binary_cross_entropy_with_logits(logits, mask) + perdida_dice(logits, mask)
        opt.zero_grad()
        perdida.backward()
        opt.step()
        total += perdida.item() * len(img)
    red.eval()
    inter = union = 0.0
    with torch.no_grad():
        for img, mask in valida:
            pred = (red(img) > 0).float()   # logit > 0  <=>  prob > 0.5
            inter += (pred * mask).sum().item()
            union += ((pred + mask) > 0).float().sum().item()
    print(f"época {epoca}: pérdida {total / len(entreno.dataset):.3f}  IoU {inter / max(union, 1):.3f}")
