"""Bags of points (sets of different size): custom Dataset, collate_fn with masks, DeepSets, two losses."""
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Bags(Dataset):
    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        self.bags = []
        for _ in range(n):
            k = int(torch.randint(5, 15, (1,), generator=g))
            scale = 0.5 + 1.5 * torch.rand(1, generator=g)
            shape = int(torch.randint(0, 2, (1,), generator=g))
            if shape:  # ring
                a = torch.rand(k, generator=g) * 6.2832
                pts = torch.stack([a.cos(), a.sin()], 1) * scale
            else:      # filled blob
                pts = torch.randn(k, 2, generator=g) * scale * 0.7
            self.bags.append((pts, shape, scale))

    def __len__(self):
        return len(self.bags)

    def __getitem__(self, i):
        return self.bags[i]


def collate(items):
    m = max(len(p) for p, _, _ in items)
    x = torch.zeros(len(items), m, 2)
    mask = torch.zeros(len(items), m, dtype=torch.bool)
    for i, (p, _, _) in enumerate(items):
        x[i, : len(p)] = p
        mask[i, : len(p)] = True
    return x, mask, torch.tensor([s for _, s, _ in items]), torch.cat([c for _, _, c in items])


class DeepSets(nn.Module):
    def __init__(self, h=48):
        super().__init__()
        self.phi = nn.Sequential(nn.Linear(2, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU())
        self.shape, self.scale = nn.Linear(2 * h, 2), nn.Linear(2 * h, 1)

    def forward(self, x, mask):
        z = self.phi(x)
        w = mask.unsqueeze(-1)
        mean = (z * w).sum(1) / w.sum(1)
        top = z.masked_fill(~w, float("-inf")).max(1).values
        h = torch.cat([mean, top], 1)
        return self.shape(h), self.scale(h).squeeze(1)


def main():
    torch.manual_seed(0)
    train = DataLoader(Bags(2000, 1), batch_size=64, shuffle=True, collate_fn=collate)
    test = DataLoader(Bags(600, 2), batch_size=200, collate_fn=collate)
    net = DeepSets()
    opt = torch.optim.Adam(net.parameters(), 2e-3)
    sched = torch.optim.lr_scheduler.ExponentialLR(opt, 0.9)
    for epoch in range(15):
        net.train()
        for x, mask, shape, scale in train:
            a, b = net(x, mask)
            loss = F.cross_entropy(a, shape) + 2.0 * F.mse_loss(b, scale)
            opt.zero_grad()
            loss.backward()
            opt.step()
        sched.step()
    net.eval()
    hit = err = n = 0
    with torch.no_grad():
        for x, mask, shape, scale in test:
            a, b = net(x, mask)
            hit += (a.argmax(1) == shape).sum().item()
            err += (b - scale).abs().sum().item()
            n += len(shape)
    print(f"shape accuracy {hit / n:.3f}, scale MAE {err / n:.3f} (constant guess about 0.375)")


if __name__ == "__main__":
    main()
