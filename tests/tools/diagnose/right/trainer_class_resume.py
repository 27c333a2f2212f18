"""Trainer with checkpoints and resume. A run that is cut in the middle and resumed ends where an uncut run ends."""
from __future__ import annotations

import logging
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

logger = logging.getLogger("trainer")


@dataclass
class Config:
    epochs: int = 6
    batch_size: int = 64
    lr: float = 0.05
    momentum: float = 0.9
    seed: int = 123


def seed_everything(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def build_model() -> nn.Module:
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 10))


class Trainer:
    def __init__(self, cfg: Config, train_ds, val_ds, ckpt: Path):
        seed_everything(cfg.seed)
        self.cfg, self.ckpt = cfg, ckpt
        self.model = build_model()
        self.opt = torch.optim.SGD(self.model.parameters(), lr=cfg.lr, momentum=cfg.momentum)
        self.sched = torch.optim.lr_scheduler.CosineAnnealingLR(self.opt, T_max=cfg.epochs)
        self.criterion = nn.CrossEntropyLoss()
        self.train_ds, self.val_ds = train_ds, val_ds
        self.epoch = 0

    def save(self) -> None:
        torch.save({"epoch": self.epoch, "model": self.model.state_dict(), "opt": self.opt.state_dict(), "sched": self.sched.state_dict(), "rng": torch.get_rng_state()}, self.ckpt)

    def resume(self) -> None:
        state = torch.load(self.ckpt, map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.opt.load_state_dict(state["opt"])
        self.sched.load_state_dict(state["sched"])
        torch.set_rng_state(state["rng"])
        self.epoch = state["epoch"]
        logger.info("resumed after epoch %d", self.epoch)

    def fit(self, stop_after: int | None = None) -> None:
        last = self.cfg.epochs if stop_after is None else stop_after
        while self.epoch < last:
            self._train_epoch()
            self.sched.step()
            self.epoch += 1
            acc = self.evaluate(self.val_ds)
            self.save()              # after the evaluation: its loader draws from the global generator too
            logger.info("epoch %d val acc %.4f", self.epoch, acc)

    def _train_epoch(self) -> None:
        g = torch.Generator().manual_seed(self.cfg.seed + self.epoch)
        self.model.train()
        for xb, yb in DataLoader(self.train_ds, batch_size=self.cfg.batch_size, shuffle=True, generator=g):
            self.opt.zero_grad(set_to_none=True)
            self.criterion(self.model(xb), yb).backward()
            self.opt.step()

    @torch.no_grad()
    def evaluate(self, ds) -> float:
        self.model.eval()
        hits = sum((self.model(xb).argmax(1) == yb).sum().item() for xb, yb in DataLoader(ds, batch_size=256))
        return hits / len(ds)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    X, y = load_digits(return_X_y=True)
    a, b, ya, yb = train_test_split(X / 16.0, y, test_size=0.25, stratify=y, random_state=0)
    train = TensorDataset(torch.tensor(a, dtype=torch.float32), torch.tensor(ya))
    val = TensorDataset(torch.tensor(b, dtype=torch.float32), torch.tensor(yb))
    with tempfile.TemporaryDirectory() as d:
        whole = Trainer(Config(), train, val, Path(d) / "whole.pt")
        whole.fit()
        part = Trainer(Config(), train, val, Path(d) / "part.pt")
        part.fit(stop_after=3)
        rest = Trainer(Config(), train, val, Path(d) / "part.pt")
        rest.resume()
        rest.fit()
    same = all(torch.equal(p, q) for p, q in zip(whole.model.parameters(), rest.model.parameters()))
    print("resumed run equals the uncut one:", same)


if __name__ == "__main__":
    main()
