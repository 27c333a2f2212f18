"""Keras-like fit() with callbacks in plain PyTorch; regression of a noisy 2-d surface."""
import math
import tempfile
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


class Callback:
    def on_epoch_end(self, loop, epoch, logs):
        pass

    def on_train_end(self, loop):
        pass


class History(Callback):
    def __init__(self):
        self.rows = []

    def on_epoch_end(self, loop, epoch, logs):
        self.rows.append({"epoch": epoch, **logs})


class ModelCheckpoint(Callback):
    def __init__(self, path, monitor="val_loss"):
        self.path, self.monitor, self.best = Path(path), monitor, math.inf

    def on_epoch_end(self, loop, epoch, logs):
        if logs[self.monitor] < self.best:
            self.best = logs[self.monitor]
            torch.save({"model": loop.model.state_dict(), "epoch": epoch}, self.path)

    def on_train_end(self, loop):
        state = torch.load(self.path)
        loop.model.load_state_dict(state["model"])
        print("restored weights of epoch", state["epoch"])


class StopWhenStuck(Callback):
    def __init__(self, patience):
        self.patience, self.best, self.bad = patience, math.inf, 0

    def on_epoch_end(self, loop, epoch, logs):
        if logs["val_loss"] < self.best:
            self.best, self.bad = logs["val_loss"], 0
        else:
            self.bad += 1
            loop.stop = self.bad >= self.patience


class Loop:
    def __init__(self, model, loss, optimizer, scheduler=None):
        self.model, self.loss, self.optimizer, self.scheduler = model, loss, optimizer, scheduler
        self.stop = False

    def fit(self, train, val, epochs, callbacks=()):
        for epoch in range(epochs):
            self.model.train()
            total = 0.0
            for x, y in train:
                self.optimizer.zero_grad()
                value = self.loss(self.model(x), y)
                value.backward()
                self.optimizer.step()
                total += value.item() * x.shape[0]
            logs = {"loss": total / len(train.dataset), "val_loss": self.evaluate(val), "lr": self.optimizer.param_groups[0]["lr"]}
            if self.scheduler is not None:
                self.scheduler.step()
            for cb in callbacks:
                cb.on_epoch_end(self, epoch, logs)
            if self.stop:
                break
        for cb in callbacks:
            cb.on_train_end(self)

    @torch.no_grad()
    def evaluate(self, loader):
        was_training = self.model.training
        self.model.eval()
        total = sum(self.loss(self.model(x), y).item() * x.shape[0] for x, y in loader)
        self.model.train(was_training)
        return total / len(loader.dataset)


def main():
    torch.manual_seed(0)
    x = torch.rand(1500, 2) * 4 - 2
    y = (torch.sin(2 * x[:, :1]) * torch.cos(x[:, 1:])) + 0.05 * torch.randn(1500, 1)
    train, val, test = random_split(TensorDataset(x, y), [1000, 250, 250])
    loaders = DataLoader(train, 64, shuffle=True), DataLoader(val, 250), DataLoader(test, 250)
    model = nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))
    opt = torch.optim.NAdam(model.parameters(), lr=5e-3)
    loop = Loop(model, nn.HuberLoss(), opt, torch.optim.lr_scheduler.PolynomialLR(opt, total_iters=25))
    history = History()
    with tempfile.TemporaryDirectory() as tmp:
        loop.fit(loaders[0], loaders[1], 20, [history, ModelCheckpoint(Path(tmp) / "best.pt"), StopWhenStuck(6)])
    for row in history.rows[::5]:
        print({k: round(v, 5) for k, v in row.items()})
    print("test loss", loop.evaluate(loaders[2]))


if __name__ == "__main__":
    main()
