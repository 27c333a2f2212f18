"""Trainer with AMP (only on CUDA), gradient accumulation, clipping and hooks."""
from __future__ import annotations
from dataclasses import dataclass, field
from typing import Callable
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class TrainConfig:
    epochs: int = 5
    lr: float = 3e-3
    accum: int = 4
    clip: float = 1.0
    device: str = "cuda" if torch.cuda.is_available() else "cpu"


@dataclass
class Trainer:
    model: nn.Module
    cfg: TrainConfig
    on_epoch_end: list[Callable] = field(default_factory=list)

    def __post_init__(self):
        self.model.to(self.cfg.device)
        self.use_amp = self.cfg.device == "cuda"
        self.opt = torch.optim.AdamW(self.model.parameters(), lr=self.cfg.lr)
        self.scaler = torch.amp.GradScaler(self.cfg.device, enabled=self.use_amp)
        self.loss_fn = nn.CrossEntropyLoss()

    def _optimizer_step(self):
        self.scaler.unscale_(self.opt)
        nn.utils.clip_grad_norm_(self.model.parameters(), self.cfg.clip)
        self.scaler.step(self.opt)
        self.scaler.update()
        self.opt.zero_grad(set_to_none=True)

    def fit(self, loader):
        n_batches = len(loader)
        for epoch in range(self.cfg.epochs):
            self.model.train()
            total = 0.0
            for i, (x, y) in enumerate(loader):
                x, y = x.to(self.cfg.device), y.to(self.cfg.device)
                # the last group may be shorter than accum
                first = (i // self.cfg.accum) * self.cfg.accum
                group = min(self.cfg.accum, n_batches - first)
                with torch.autocast(self.cfg.device, dtype=torch.float16, enabled=self.use_amp):
                    loss = self.loss_fn(self.model(x), y)
                self.scaler.scale(loss / group).backward()
                total += loss.item()
                if (i + 1) % self.cfg.accum == 0 or i + 1 == n_batches:
                    self._optimizer_step()
            for hook in self.on_epoch_end:
                hook(epoch, total / n_batches)


def main():
    torch.manual_seed(0)
    x = torch.randn(600, 10)
    y = ((x[:, 0] * x[:, 1] + x[:, 2]) > 0).long()
    loader = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True)
    model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 2))
    history = []
    trainer = Trainer(model, TrainConfig(epochs=8), [lambda e, l: history.append(l), lambda e, l: print(e, round(l, 4))])
    trainer.fit(loader)
    assert history[-1] < history[0]


if __name__ == "__main__":
    main()
