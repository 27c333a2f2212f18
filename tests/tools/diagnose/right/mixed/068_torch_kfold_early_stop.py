import copy
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.datasets import load_diabetes
from sklearn.model_selection import KFold, train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn


@dataclass
class Cfg:
    hidden: int = 32
    lr: float = 5e-3
    wd: float = 1e-2
    max_epochs: int = 200
    patience: int = 15
    batch: int = 32
    folds: int = 5


def train_one(X, y, Xv, yv, cfg):
    net = nn.Sequential(nn.Linear(X.shape[1], cfg.hidden), nn.ReLU(), nn.Linear(cfg.hidden, 1))
    opt = torch.optim.AdamW(net.parameters(), lr=cfg.lr, weight_decay=cfg.wd)
    best, keep, bad = np.inf, None, 0
    for epoch in range(cfg.max_epochs):
        net.train()
        for b in torch.randperm(len(X)).split(cfg.batch):
            loss = nn.functional.smooth_l1_loss(net(X[b]).squeeze(1), y[b])
            loss.backward()
            opt.step()
            opt.zero_grad()
        net.eval()
        with torch.no_grad():
            v = nn.functional.l1_loss(net(Xv).squeeze(1), yv).item()
        if v < best:
            best, keep, bad = v, copy.deepcopy(net.state_dict()), 0
        else:
            bad += 1
            if bad >= cfg.patience:
                break
    net.load_state_dict(keep)
    return net.eval(), epoch


def main(cfg=Cfg()):
    torch.manual_seed(0)
    X, y = load_diabetes(return_X_y=True, scaled=False)
    maes, base = [], []
    for fold, (tr, te) in enumerate(KFold(cfg.folds, shuffle=True, random_state=0).split(X)):
        tr, va = train_test_split(tr, test_size=0.2, random_state=fold)
        sx, sy = StandardScaler(), StandardScaler()
        f32 = lambda a: torch.tensor(a, dtype=torch.float32)
        Xt, yt = f32(sx.fit_transform(X[tr])), f32(sy.fit_transform(y[tr, None])[:, 0])
        Xv, yv = f32(sx.transform(X[va])), f32(sy.transform(y[va, None])[:, 0])
        net, stopped = train_one(Xt, yt, Xv, yv, cfg)
        with torch.no_grad():
            p = sy.inverse_transform(net(f32(sx.transform(X[te]))).numpy())[:, 0]
        maes.append(np.abs(p - y[te]).mean())
        base.append(np.abs(np.median(y[tr]) - y[te]).mean())
        print(f"fold {fold}: stopped {stopped:3d}  MAE {maes[-1]:.2f}  median baseline {base[-1]:.2f}")
    print(f"mean MAE {np.mean(maes):.2f} vs {np.mean(base):.2f}")


if __name__ == "__main__":
    main()
