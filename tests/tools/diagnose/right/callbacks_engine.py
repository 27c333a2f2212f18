"""A minimal engine with callbacks (early stopping, best weights, learning-rate log)."""
import copy
from typing import Any, Iterable, Protocol

import torch
from sklearn.datasets import make_regression
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset, random_split


class Callback(Protocol):
    def after_epoch(self, engine: "Engine", logs: dict[str, float]) -> None: ...


class EarlyStopping:
    def __init__(self, patience: int = 3, min_delta: float = 0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best, self.wait = float("inf"), 0

    def after_epoch(self, engine, logs):
        if logs["val_loss"] < self.best - self.min_delta:
            self.best, self.wait = logs["val_loss"], 0
        else:
            self.wait += 1
            engine.stop = self.wait >= self.patience


class BestWeights:
    def __init__(self):
        self.loss, self.state = float("inf"), None

    def after_epoch(self, engine, logs):
        if logs["val_loss"] < self.loss:
            self.loss = logs["val_loss"]
            self.state = copy.deepcopy(engine.model.state_dict())


class Printer:
    def after_epoch(self, engine, logs):
        print(" ".join(f"{k}={v:.4g}" for k, v in logs.items()))


class Engine:
    def __init__(self, model: nn.Module, optimizer: torch.optim.Optimizer, scheduler: Any, callbacks: Iterable[Callback]):
        self.model, self.optimizer, self.scheduler, self.callbacks = model, optimizer, scheduler, list(callbacks)
        self.stop = False

    def _loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        x, y = batch
        return nn.functional.huber_loss(self.model(x), y)

    def fit(self, train: DataLoader, val: DataLoader, epochs: int) -> None:
        for epoch in range(epochs):
            self.model.train()
            run = n = 0
            for batch in train:
                loss = self._loss(batch)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                self.scheduler.step()          # OneCycle: once per batch
                run, n = run + loss.item() * len(batch[0]), n + len(batch[0])
            logs = {"epoch": epoch, "loss": run / n, "val_loss": self.evaluate(val), "lr": self.scheduler.get_last_lr()[0]}
            for c in self.callbacks:
                c.after_epoch(self, logs)
            if self.stop:
                break

    @torch.inference_mode()
    def evaluate(self, loader: DataLoader) -> float:
        self.model.eval()
        tot = n = 0
        for batch in loader:
            tot, n = tot + self._loss(batch).item() * len(batch[0]), n + len(batch[0])
        return tot / n


if __name__ == "__main__":
    torch.manual_seed(2)
    X, y = make_regression(1200, 12, n_informative=8, noise=8.0, random_state=2)
    X, y = torch.tensor(X).float(), torch.tensor(y).float().unsqueeze(1) / 100
    tr, va, te = (DataLoader(d, batch_size=64, shuffle=k == 0) for k, d in enumerate(random_split(TensorDataset(X, y), [800, 200, 200])))
    net = nn.Sequential(nn.Linear(12, 32), nn.SiLU(), nn.Linear(32, 1))
    opt = torch.optim.AdamW(net.parameters(), lr=1e-3)
    epochs = 15
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=2e-2, total_steps=epochs * len(tr))
    best = BestWeights()
    eng = Engine(net, opt, sched, [EarlyStopping(4), best, Printer()])
    eng.fit(tr, va, epochs)
    net.load_state_dict(best.state)
    print("test huber loss", round(eng.evaluate(te), 5))
