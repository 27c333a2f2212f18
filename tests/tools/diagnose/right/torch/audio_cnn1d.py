"""Classify synthetic tones with a 1-D CNN on log spectrograms computed by torch.stft."""
import math
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset, Subset

SR, DUR = 2000, 0.4


class Tones(Dataset):
    kinds = ("sine", "square", "chirp", "noise")

    def __init__(self, n, seed):
        self.n, self.seed = n, seed

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if not 0 <= i < self.n:
            raise IndexError(i)
        g = torch.Generator().manual_seed(self.seed * 100_003 + i)
        t = torch.arange(int(SR * DUR)) / SR
        k = i % len(self.kinds)
        f = 100 + 300 * torch.rand(1, generator=g)
        if k == 0:
            w = torch.sin(2 * math.pi * f * t)
        elif k == 1:
            w = torch.sign(torch.sin(2 * math.pi * f * t))
        elif k == 2:
            w = torch.sin(2 * math.pi * (f * t + 400 * t ** 2))
        else:
            w = torch.randn(len(t), generator=g)
        return w + 0.2 * torch.randn(len(t), generator=g), k


class SpecNet(nn.Module):
    def __init__(self, n_fft=128):
        super().__init__()
        self.n_fft = n_fft
        self.register_buffer("window", torch.hann_window(n_fft))
        c = n_fft // 2 + 1
        self.net = nn.Sequential(nn.BatchNorm1d(c), nn.Conv1d(c, 32, 3, padding=1), nn.ReLU(),
                                 nn.Conv1d(32, 32, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(32, 4))

    def forward(self, w):
        spec = torch.stft(w, self.n_fft, hop_length=32, window=self.window, return_complex=True)
        return self.net(torch.log1p(spec.abs()))


torch.manual_seed(0)
train, test = Tones(400, 1), Tones(120, 2)
dl = DataLoader(train, batch_size=40, shuffle=True)
model = SpecNet()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(3):
    model.train()
    correct = 0
    for w, k in dl:
        out = model(w)
        loss = nn.functional.cross_entropy(out, k)
        opt.zero_grad()
        loss.backward()
        opt.step()
        correct += (out.argmax(1) == k).sum().item()
    print("epoch", epoch, "train accuracy", correct / len(train))
model.eval()
with torch.no_grad():
    for c, name in enumerate(Tones.kinds):
        part = Subset(test, range(c, len(test), 4))
        w, k = next(iter(DataLoader(part, batch_size=len(part))))
        print(name, (model(w).argmax(1) == k).float().mean().item())
