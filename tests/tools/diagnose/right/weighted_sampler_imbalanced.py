"""Rare-event classifier with a weighted sampler on the training loader only."""
import argparse
import logging

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score, f1_score
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

LOG = logging.getLogger(__name__)


class ArrayDataset(Dataset):
    def __init__(self, X, y, mean, std):
        self.X = ((X - mean) / std).astype(np.float32)
        self.y = y.astype(np.int64)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


@torch.no_grad()
def scores(model, loader):
    model.eval()
    p, y = zip(*((torch.softmax(model(xb), dim=1)[:, 1], yb) for xb, yb in loader))
    return torch.cat(p).numpy(), torch.cat(y).numpy()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--epochs", type=int, default=8)
    ap.add_argument("--seed", type=int, default=10)
    args = ap.parse_args()
    logging.basicConfig(level="INFO", format="%(message)s")
    torch.manual_seed(args.seed)

    X, y = make_classification(n_samples=3000, n_features=16, n_informative=7, weights=[0.93], class_sep=1.2, random_state=args.seed)
    X_a, X_te, y_a, y_te = train_test_split(X, y, test_size=600, stratify=y, random_state=args.seed)
    X_tr, X_va, y_tr, y_va = train_test_split(X_a, y_a, test_size=600, stratify=y_a, random_state=args.seed)
    mean, std = X_tr.mean(0), X_tr.std(0)

    train = ArrayDataset(X_tr, y_tr, mean, std)
    weights = 1.0 / np.bincount(y_tr)[y_tr]
    sampler = WeightedRandomSampler(torch.as_tensor(weights), num_samples=len(train), replacement=True)
    train_dl = DataLoader(train, batch_size=64, sampler=sampler)
    val_dl = DataLoader(ArrayDataset(X_va, y_va, mean, std), batch_size=300)
    test_dl = DataLoader(ArrayDataset(X_te, y_te, mean, std), batch_size=300)

    model = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 2))
    opt = torch.optim.Adam(model.parameters(), lr=2e-3)
    loss_fn = nn.CrossEntropyLoss()
    for epoch in range(args.epochs):
        model.train()
        for xb, yb in train_dl:
            opt.zero_grad()
            loss_fn(model(xb), yb).backward()
            opt.step()
        p, t = scores(model, val_dl)
        LOG.info("epoch %d val AP %.3f", epoch, average_precision_score(t, p))

    p, t = scores(model, val_dl)
    grid = np.linspace(0.05, 0.95, 37)
    thr = max(grid, key=lambda g: f1_score(t, p >= g))
    p, t = scores(model, test_dl)
    LOG.info("test AP %.3f, F1 %.3f at %.2f", average_precision_score(t, p), f1_score(t, p >= thr), thr)


if __name__ == "__main__":
    main()
