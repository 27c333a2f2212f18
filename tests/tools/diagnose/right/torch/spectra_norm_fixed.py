from typing import Optional, Tuple

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class SpectraDataset(Dataset):
    """Absorption spectra of three materials, 50 channels."""

    def __init__(self, n: int, seed: int, stats: Optional[Tuple[np.ndarray, np.ndarray]] = None):
        rng = np.random.default_rng(seed)
        grid = np.linspace(0, 1, 50)
        self.labels = rng.integers(0, 3, n)
        centre = np.array([0.35, 0.5, 0.65])[self.labels] + rng.normal(0, 0.02, n)
        peak = np.exp(-((grid[None] - centre[:, None]) ** 2) / 0.004)
        base = 900 + 500 * grid[None] + rng.normal(0, 60, (n, 1))
        self.spectra = base + 70 * peak + rng.normal(0, 8, (n, 50))
        if stats is not None:
            mean, std = stats
            self.spectra = (self.spectra - mean) / std

    def stats(self):
        return self.spectra.mean(axis=0), self.spectra.std(axis=0)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return torch.as_tensor(self.spectra[i], dtype=torch.float32), int(self.labels[i])


def accuracy(model, loader):
    model.eval()
    ok = 0
    with torch.no_grad():
        for x, y in loader:
            ok += (model(x).argmax(1) == y).sum().item()
    return ok / len(loader.dataset)


def main():
    torch.manual_seed(6)
    stats = SpectraDataset(900, seed=1).stats()
    train_ds = SpectraDataset(900, seed=1, stats=stats)
    test_ds = SpectraDataset(300, seed=2, stats=stats)
    train_dl = DataLoader(train_ds, batch_size=32, shuffle=True)
    test_dl = DataLoader(test_ds, batch_size=128)
    model = nn.Sequential(nn.Linear(50, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 3))
    opt = torch.optim.Adam(model.parameters(), lr=1e-3)
    crit = nn.CrossEntropyLoss()
    for epoch in range(12):
        model.train()
        for x, y in train_dl:
            opt.zero_grad()
            crit(model(x), y).backward()
            opt.step()
    print("train accuracy", round(accuracy(model, train_dl), 3))
    print("test accuracy ", round(accuracy(model, test_dl), 3))


if __name__ == "__main__":
    main()
