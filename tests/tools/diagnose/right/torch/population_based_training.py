import copy
import random

import torch
from torch import nn
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split


class Member:
    def __init__(self, ident, data, rng):
        self.ident = ident
        self.data = data
        self.net = nn.Sequential(nn.Linear(20, 48), nn.ReLU(), nn.Dropout(0.2), nn.Linear(48, 3))
        self.hp = {"lr": 10 ** rng.uniform(-4, -0.5), "weight_decay": 10 ** rng.uniform(-6, -2)}
        self.opt = torch.optim.SGD(self.net.parameters(), momentum=0.9, **self.hp)
        self.fitness = 0.0

    def apply_hp(self):
        for group in self.opt.param_groups:
            group.update(self.hp)

    def train(self, epochs=1):
        self.net.train()
        x, y = self.data["train"]
        for _ in range(epochs):
            for idx in torch.randperm(len(x)).split(64):
                self.opt.zero_grad()
                nn.functional.cross_entropy(self.net(x[idx]), y[idx]).backward()
                nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
                self.opt.step()

    @torch.no_grad()
    def evaluate(self, split):
        self.net.eval()
        x, y = self.data[split]
        return (self.net(x).argmax(1) == y).float().mean().item()

    def exploit(self, other):
        self.net.load_state_dict(other.net.state_dict())
        self.opt.load_state_dict(copy.deepcopy(other.opt.state_dict()))
        self.hp = dict(other.hp)

    def explore(self, rng):
        for k in self.hp:
            self.hp[k] *= rng.choice([0.8, 1.25])
        self.apply_hp()


def main(generations=6, size=6):
    rng = random.Random(0)
    torch.manual_seed(0)
    X, y = make_classification(1500, 20, n_informative=8, n_classes=3, random_state=0)
    Xd, Xte, yd, yte = train_test_split(X, y, test_size=0.25, random_state=0, stratify=y)
    Xtr, Xva, ytr, yva = train_test_split(Xd, yd, test_size=0.25, random_state=0, stratify=yd)
    pack = lambda a, b: (torch.tensor(a, dtype=torch.float32), torch.tensor(b))
    data = {"train": pack(Xtr, ytr), "val": pack(Xva, yva), "test": pack(Xte, yte)}
    population = [Member(i, data, rng) for i in range(size)]
    for g in range(generations):
        for m in population:
            m.train()
            m.fitness = m.evaluate("val")
        ranked = sorted(population, key=lambda m: m.fitness, reverse=True)
        print(g, [f"{m.fitness:.3f}@{m.hp['lr']:.1e}" for m in ranked])
        if g < generations - 1:
            cut = max(1, size // 3)
            for loser in ranked[-cut:]:
                loser.exploit(rng.choice(ranked[:cut]))
                loser.explore(rng)
    best = max(population, key=lambda m: m.fitness)
    print("test accuracy of the member best on validation:", best.evaluate("test"))


if __name__ == "__main__":
    main()
