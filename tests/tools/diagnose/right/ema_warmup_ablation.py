"""Ablation over seeds: with and without an EMA of the weights. Mean and sd over seeds are reported."""
import logging
from dataclasses import dataclass, replace

import numpy as np
import torch
from sklearn.datasets import make_moons
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

logging.basicConfig(level=logging.INFO, format="%(message)s")


@dataclass(frozen=True)
class Args:
    steps: int = 250
    warmup: int = 40
    lr: float = 0.08
    batch: int = 32
    ema: bool = False
    seed: int = 0


def get_data(seed):
    X, y = make_moons(900, noise=0.3, random_state=seed)
    X = torch.tensor(X, dtype=torch.float32)
    y = torch.tensor(y)
    return X[:400], y[:400], X[400:], y[400:]


def run(a: Args) -> float:
    torch.manual_seed(a.seed)
    gen = torch.Generator().manual_seed(a.seed)
    x, y, xt, yt = get_data(a.seed)
    net = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))
    avg = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.97)) if a.ema else None
    opt = torch.optim.SGD(net.parameters(), lr=a.lr, momentum=0.9)
    sched = LambdaLR(opt, lambda s: min(1.0, (s + 1) / a.warmup))
    net.train()
    for _ in range(a.steps):
        idx = torch.randint(len(x), (a.batch,), generator=gen)
        opt.zero_grad()
        nn.functional.cross_entropy(net(x[idx]), y[idx]).backward()
        opt.step()
        sched.step()
        if avg is not None:
            avg.update_parameters(net)
    final = avg if avg is not None else net
    final.eval()
    with torch.no_grad():
        return (final(xt).argmax(1) == yt).float().mean().item()


def main():
    base = Args()
    for ema in (False, True):
        accs = [run(replace(base, ema=ema, seed=s)) for s in range(4)]
        logging.info("ema=%-5s accuracy %.4f +- %.4f over %d seeds", ema, np.mean(accs), np.std(accs, ddof=1), len(accs))


if __name__ == "__main__":
    main()
