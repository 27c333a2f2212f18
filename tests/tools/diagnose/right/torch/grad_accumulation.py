#!/usr/bin/env python
"""Accumulate micro batches; check against the full batch gradient first, then train."""
import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import make_regression
from sklearn.preprocessing import StandardScaler


def build():
    return nn.Sequential(nn.Linear(12, 32), nn.GELU(), nn.Linear(32, 1))


def check(X, y):
    a = build()
    loss_fn = nn.MSELoss(reduction="sum")
    loss_fn(a(X), y).div(len(X)).backward()
    full = [p.grad.clone() for p in a.parameters()]
    a.zero_grad()
    for xb, yb in zip(X.split(7), y.split(7)):
        (loss_fn(a(xb), yb) / len(X)).backward()
    worst = max((p.grad - g).abs().max().item() for p, g in zip(a.parameters(), full))
    print(f"largest gradient difference: {worst:.2e}")
    assert worst < 1e-4


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--micro", type=int, default=16)
    ap.add_argument("--accum", type=int, default=4)
    ap.add_argument("--epochs", type=int, default=30)
    args = ap.parse_args()

    torch.manual_seed(0)
    X, y = make_regression(1000, 12, noise=5.0, random_state=0)
    n = 800
    sx, sy = StandardScaler().fit(X[:n]), StandardScaler().fit(y[:n, None])
    X = torch.tensor(sx.transform(X), dtype=torch.float32)
    y = torch.tensor(sy.transform(y[:, None]), dtype=torch.float32)
    check(X[:64], y[:64])

    model = build()
    opt = torch.optim.AdamW(model.parameters(), lr=5e-3)
    loader = DataLoader(TensorDataset(X[:n], y[:n]), batch_size=args.micro, shuffle=True)
    sse = nn.MSELoss(reduction="sum")
    for epoch in range(args.epochs):
        model.train()
        seen = 0
        for i, (xb, yb) in enumerate(loader, 1):
            sse(model(xb), yb).backward()
            seen += len(xb)
            if i % args.accum == 0 or i == len(loader):
                for p in model.parameters():
                    p.grad /= seen
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                opt.step()
                opt.zero_grad()
                seen = 0
    model.eval()
    with torch.no_grad():
        mse = nn.functional.mse_loss(model(X[n:]), y[n:]).item()
    print(f"held-out MSE in units of target variance: {mse:.4f}")


if __name__ == "__main__":
    main()
