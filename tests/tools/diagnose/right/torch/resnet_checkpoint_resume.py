import os
import tempfile

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


class BasicBlock(nn.Module):
    def __init__(self, in_ch, out_ch, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_ch, out_ch, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_ch)
        self.conv2 = nn.Conv2d(out_ch, out_ch, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_ch)
        self.act = nn.ReLU(inplace=True)
        self.skip = nn.Identity()
        if stride != 1 or in_ch != out_ch:
            self.skip = nn.Sequential(nn.Conv2d(in_ch, out_ch, 1, stride, bias=False), nn.BatchNorm2d(out_ch))

    def forward(self, x):
        y = self.act(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.act(y + self.skip(x))


class TinyResNet(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(inplace=True))
        self.stages = nn.Sequential(BasicBlock(8, 8), BasicBlock(8, 16, 2), BasicBlock(16, 32, 2))
        self.head = nn.Linear(32, num_classes)

    def forward(self, x):
        x = self.stages(self.stem(x))
        return self.head(x.mean(dim=(2, 3)))


def make_images(n, seed):
    g = torch.Generator().manual_seed(seed)
    y = torch.randint(0, 3, (n,), generator=g)
    x = torch.randn(n, 3, 16, 16, generator=g) * 0.5
    for i in range(n):
        x[i, y[i], 4:12, 4:12] += 1.0
    return TensorDataset(x, y)


def save_checkpoint(path, epoch, model, optimizer, scheduler, best):
    torch.save({"epoch": epoch, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
                "scheduler": scheduler.state_dict(), "best": best}, path)


def load_checkpoint(path, model, optimizer, scheduler):
    ckpt = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(ckpt["model"])
    optimizer.load_state_dict(ckpt["optimizer"])
    scheduler.load_state_dict(ckpt["scheduler"])
    return ckpt["epoch"] + 1, ckpt["best"]


def train(path, until, loaders):
    model = TinyResNet(3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
    start, best = 0, 0.0
    if os.path.exists(path):
        start, best = load_checkpoint(path, model, optimizer, scheduler)
        print("resumed at epoch", start)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
    for epoch in range(start, until):
        model.train()
        for images, targets in loaders["train"]:
            optimizer.zero_grad()
            criterion(model(images), targets).backward()
            optimizer.step()
        scheduler.step()
        model.eval()
        correct = 0
        with torch.no_grad():
            for images, targets in loaders["val"]:
                correct += (model(images).argmax(1) == targets).sum().item()
        acc = correct / len(loaders["val"].dataset)
        best = max(best, acc)
        save_checkpoint(path, epoch, model, optimizer, scheduler, best)
        print(f"epoch {epoch} val acc {acc:.3f} lr {scheduler.get_last_lr()[0]:.4f}")
    return best


if __name__ == "__main__":
    torch.manual_seed(0)
    loaders = {
        "train": DataLoader(make_images(256, 1), batch_size=32, shuffle=True),
        "val": DataLoader(make_images(96, 2), batch_size=64),
    }
    with tempfile.TemporaryDirectory() as d:
        p = os.path.join(d, "last.pt")
        train(p, 2, loaders)
        print("best", train(p, 4, loaders))
