"""Stop in the middle, resume from a checkpoint and obtain the same weights as an uninterrupted run."""
import tempfile
from pathlib import Path

import torch
from sklearn.datasets import make_moons
from torch import nn


class Trainer:
    def __init__(self, seed=0):
        torch.manual_seed(seed)
        X, y = make_moons(600, noise=0.2, random_state=seed)
        self.x, self.y = torch.tensor(X, dtype=torch.float32), torch.tensor(y)
        self.model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 2))
        self.opt = torch.optim.Adam(self.model.parameters(), lr=1e-2)
        self.sched = torch.optim.lr_scheduler.StepLR(self.opt, step_size=4, gamma=0.5)
        self.order = torch.Generator().manual_seed(seed)
        self.epoch = 0

    def run(self, until):
        self.model.train()
        while self.epoch < until:
            for idx in torch.randperm(len(self.x), generator=self.order).split(64):
                self.opt.zero_grad()
                nn.functional.cross_entropy(self.model(self.x[idx]), self.y[idx]).backward()
                self.opt.step()
            self.sched.step()
            self.epoch += 1

    def save(self, path):
        torch.save({
            "epoch": self.epoch,
            "model": self.model.state_dict(),
            "opt": self.opt.state_dict(),
            "sched": self.sched.state_dict(),
            "order": self.order.get_state(),
            "rng": torch.get_rng_state(),          # dropout draws from the global generator
        }, path)

    def load(self, path):
        ck = torch.load(path, weights_only=True)
        self.model.load_state_dict(ck["model"])
        self.opt.load_state_dict(ck["opt"])
        self.sched.load_state_dict(ck["sched"])
        self.order.set_state(ck["order"])
        torch.set_rng_state(ck["rng"])
        self.epoch = ck["epoch"]


if __name__ == "__main__":
    whole = Trainer()
    whole.run(10)

    with tempfile.TemporaryDirectory() as d:
        path = Path(d, "ck.pt")
        first = Trainer()
        first.run(5)
        first.save(path)
        second = Trainer(seed=0)
        second.load(path)
    second.run(10)

    gap = max((a - b).abs().max().item() for a, b in zip(whole.model.parameters(), second.model.parameters()))
    print("epochs", whole.epoch, second.epoch, "| largest weight difference", gap, "| lr", second.sched.get_last_lr())
    assert gap == 0.0
