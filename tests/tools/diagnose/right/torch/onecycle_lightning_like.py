"""A tiny trainer in the manner of Lightning: module, data module, callbacks, checkpoint."""
from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split
from sklearn.datasets import load_digits


class LitModule(nn.Module):
    def __init__(self, lr: float = 1e-2):
        super().__init__()
        self.lr = lr
        self.net = nn.Sequential(nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 10))

    def forward(self, x):
        return self.net(x)

    def training_step(self, batch):
        x, y = batch
        return nn.functional.cross_entropy(self(x), y)

    def validation_step(self, batch):
        x, y = batch
        out = self(x)
        return {
            "loss": nn.functional.cross_entropy(out, y, reduction="sum").item(),
            "hits": (out.argmax(1) == y).sum().item(),
            "n": len(y),
        }

    def configure_optimizers(self, total_steps):
        opt = torch.optim.AdamW(self.parameters(), lr=self.lr, weight_decay=1e-2)
        sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=self.lr, total_steps=total_steps)
        return opt, {"scheduler": sched, "interval": "step"}


class DigitsData:
    def __init__(self, batch_size=64, seed=0):
        X, y = load_digits(return_X_y=True)
        ds = TensorDataset(torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y))
        g = torch.Generator().manual_seed(seed)
        self.train, self.val, self.test = random_split(ds, [0.6, 0.2, 0.2], generator=g)
        self.bs = batch_size

    def loader(self, split):
        return DataLoader(getattr(self, split), self.bs, shuffle=split == "train", drop_last=split == "train")


class Checkpoint:
    def __init__(self, folder: Path):
        self.path, self.best = folder / "best.pt", float("inf")

    def on_validation_end(self, trainer, metrics):
        if metrics["loss"] < self.best:
            self.best = metrics["loss"]
            torch.save({"epoch": trainer.epoch, "model": trainer.module.state_dict()}, self.path)


class Trainer:
    def __init__(self, max_epochs, callbacks=()):
        self.max_epochs, self.callbacks = max_epochs, list(callbacks)

    def fit(self, module, data):
        self.module = module
        train, val = data.loader("train"), data.loader("val")
        opt, sch = module.configure_optimizers(self.max_epochs * len(train))
        for self.epoch in range(self.max_epochs):
            module.train()
            for batch in train:
                loss = module.training_step(batch)
                opt.zero_grad()
                loss.backward()
                opt.step()
                if sch["interval"] == "step":
                    sch["scheduler"].step()
            metrics = self.evaluate(module, val)
            for cb in self.callbacks:
                cb.on_validation_end(self, metrics)

    @torch.no_grad()
    def evaluate(self, module, loader):
        module.eval()
        out = [module.validation_step(b) for b in loader]
        n = sum(o["n"] for o in out)
        return {"loss": sum(o["loss"] for o in out) / n, "acc": sum(o["hits"] for o in out) / n}


if __name__ == "__main__":
    torch.manual_seed(0)
    data = DigitsData()
    with tempfile.TemporaryDirectory() as d:
        ckpt = Checkpoint(Path(d))
        trainer = Trainer(15, [ckpt])
        trainer.fit(LitModule(), data)
        saved = torch.load(ckpt.path, weights_only=True)
    best = LitModule()
    best.load_state_dict(saved["model"])
    print("best epoch", saved["epoch"], "val loss", round(ckpt.best, 4))
    print("test", trainer.evaluate(best, data.loader("test")))
