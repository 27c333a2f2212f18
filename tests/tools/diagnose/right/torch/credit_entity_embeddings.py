"""Default prediction on a synthetic loan book with entity embeddings."""
from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass(frozen=True)
class Config:
    seed: int = 11
    batch_size: int = 128
    lr: float = 3e-3
    max_epochs: int = 40
    patience: int = 6


def make_loans(n: int, rng: np.random.Generator) -> pd.DataFrame:
    df = pd.DataFrame(
        {
            "purpose": rng.choice(["car", "house", "study", "card", "other"], n),
            "region": rng.choice([f"r{i}" for i in range(12)], n),
            "income": rng.lognormal(10, 0.5, n),
            "age": rng.integers(20, 75, n).astype(float),
        }
    )
    risk = {"car": -0.5, "house": -1.0, "study": 0.2, "card": 1.2, "other": 0.4}
    region_risk = {f"r{i}": rng.normal(0, 0.8) for i in range(12)}
    z = df.purpose.map(risk) + df.region.map(region_risk) - 1.2 * (np.log(df.income) - 10) - 2.2
    df["default"] = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int)
    return df


CATS, NUMS = ["purpose", "region"], ["income", "age"]


class Encoder:
    """Category codes start at 1; 0 is kept for levels that were not seen in fit."""

    def fit(self, df: pd.DataFrame) -> "Encoder":
        self.levels = {c: {v: i + 1 for i, v in enumerate(sorted(df[c].unique()))} for c in CATS}
        x = self._num(df)
        self.mu, self.sd = x.mean(0), x.std(0)
        return self

    @staticmethod
    def _num(df: pd.DataFrame) -> np.ndarray:
        return np.column_stack([np.log(df.income), df.age])

    def transform(self, df: pd.DataFrame):
        cat = np.column_stack([df[c].map(self.levels[c]).fillna(0).astype(int) for c in CATS])
        num = (self._num(df) - self.mu) / self.sd
        y = df["default"].to_numpy()
        return torch.tensor(cat), torch.tensor(num, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


class Net(nn.Module):
    def __init__(self, cards: list[int], n_num: int):
        super().__init__()
        self.emb = nn.ModuleList(nn.Embedding(c + 1, min(8, (c + 1) // 2)) for c in cards)
        width = sum(e.embedding_dim for e in self.emb) + n_num
        self.mlp = nn.Sequential(nn.Linear(width, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 1))

    def forward(self, cat, num):
        parts = [e(cat[:, i]) for i, e in enumerate(self.emb)]
        return self.mlp(torch.cat([*parts, num], 1)).squeeze(1)


@torch.no_grad()
def predict(model, data):
    model.eval()
    return torch.sigmoid(model(data[0], data[1])).numpy()


def main(cfg: Config) -> None:
    torch.manual_seed(cfg.seed)
    df = make_loans(4000, np.random.default_rng(cfg.seed))
    rest, test = train_test_split(df, test_size=0.2, stratify=df["default"], random_state=cfg.seed)
    train, val = train_test_split(rest, test_size=0.2, stratify=rest["default"], random_state=cfg.seed)
    enc = Encoder().fit(train)
    tr, va, te = (enc.transform(d) for d in (train, val, test))
    pos_weight = (tr[2] == 0).sum() / (tr[2] == 1).sum()
    model = Net([len(enc.levels[c]) for c in CATS], len(NUMS))
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
    opt = torch.optim.AdamW(model.parameters(), lr=cfg.lr, weight_decay=1e-3)
    loader = DataLoader(TensorDataset(*tr), batch_size=cfg.batch_size, shuffle=True)

    best, best_state, stale = -1.0, None, 0
    for epoch in range(cfg.max_epochs):
        model.train()
        for cat, num, y in loader:
            opt.zero_grad()
            loss_fn(model(cat, num), y).backward()
            opt.step()
        ap = average_precision_score(va[2].numpy(), predict(model, va))
        if ap > best + 1e-4:
            best, best_state, stale = ap, copy.deepcopy(model.state_dict()), 0
        else:
            stale += 1
            if stale >= cfg.patience:
                print("stopped at epoch", epoch)
                break
    model.load_state_dict(best_state)
    p, y = predict(model, te), te[2].numpy()
    print(f"base rate {y.mean():.3f}  AP {average_precision_score(y, p):.3f}  AUC {roc_auc_score(y, p):.3f}")


if __name__ == "__main__":
    main(Config())
