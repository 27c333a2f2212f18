"""A small training framework: callbacks for history, early stopping and learning-rate reports."""
import copy
import math
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Callback:
    def on_fit_start(self, t): ...
    def on_epoch_end(self, t, logs): ...
    def on_fit_end(self, t): ...


class EarlyStopping(Callback):
    def __init__(self, monitor="val_loss", patience=4):
        self.monitor, self.patience = monitor, patience

    def on_fit_start(self, t):
        self.best, self.bad, self.weights = math.inf, 0, None

    def on_epoch_end(self, t, logs):
        if logs[self.monitor] < self.best:
            self.best, self.bad = logs[self.monitor], 0
            self.weights = copy.deepcopy(t.model.state_dict())
        else:
            self.bad += 1
            t.stop = self.bad >= self.patience

    def on_fit_end(self, t):
        t.model.load_state_dict(self.weights)


class Printer(Callback):
    def on_epoch_end(self, t, logs):
        if t.epoch % 5 == 0:
            print(t.epoch, {k: round(v, 4) for k, v in logs.items()})


class Trainer:
    def __init__(self, model, loss_fn, optimizer, scheduler=None, callbacks=()):
        self.model, self.loss_fn, self.opt, self.sched = model, loss_fn, optimizer, scheduler
        self.callbacks, self.stop, self.epoch = list(callbacks), False, 0

    def _call(self, name, *a):
        for c in self.callbacks:
            getattr(c, name)(self, *a)

    def _pass(self, loader, train):
        self.model.train(train)
        total, n = 0.0, 0
        with torch.set_grad_enabled(train):
            for x, y in loader:
                loss = self.loss_fn(self.model(x), y)
                if train:
                    self.opt.zero_grad()
                    loss.backward()
                    self.opt.step()
                total += loss.detach().item() * len(x)
                n += len(x)
        return total / n

    def fit(self, train_dl, val_dl, epochs):
        self._call("on_fit_start")
        for self.epoch in range(epochs):
            logs = {"loss": self._pass(train_dl, True), "val_loss": self._pass(val_dl, False)}
            if self.sched is not None:
                self.sched.step(logs["val_loss"])
            self._call("on_epoch_end", logs)
            if self.stop:
                break
        self._call("on_fit_end")
        return self


if __name__ == "__main__":
    torch.manual_seed(2)
    x = torch.rand(900, 5) * 2 - 1
    y = (10 * torch.sin(math.pi * x[:, :1] * x[:, 1:2]) + 5 * x[:, 2:3] ** 2 + x[:, 3:4]) / 5
    y = y + 0.1 * torch.randn_like(y)
    parts = [TensorDataset(x[a:b], y[a:b]) for a, b in ((0, 600), (600, 750), (750, 900))]
    tr, va, te = (DataLoader(p, batch_size=50, shuffle=i == 0) for i, p in enumerate(parts))
    model = nn.Sequential(nn.Linear(5, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))
    opt = torch.optim.Adam(model.parameters(), lr=5e-3)
    sched = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, factor=0.3, patience=2)
    t = Trainer(model, nn.MSELoss(), opt, sched, [EarlyStopping(), Printer()]).fit(tr, va, 30)
    print("stopped at", t.epoch, "test mse", round(t._pass(te, False), 4))
