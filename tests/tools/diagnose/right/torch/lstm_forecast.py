"""Hourly load forecast, 24 steps ahead, direct multi-output LSTM."""
import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

LOOKBACK, HORIZON = 72, 24


def load_series(n=24 * 120, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(n)
    noise = np.zeros(n)
    for i in range(1, n):
        noise[i] = 0.9 * noise[i - 1] + rng.normal(0, 2)
    y = 100 + 0.005 * t + 20 * np.sin(2 * np.pi * t / 24) + 8 * np.sin(2 * np.pi * t / 168) + noise
    return pd.Series(y, index=pd.date_range("2024-01-01", periods=n, freq="h"))


class Windows(Dataset):
    def __init__(self, values, first_target, last_target):
        """Windows whose targets lie in [first_target, last_target)."""
        self.v = torch.tensor(values, dtype=torch.float32)
        self.starts = range(first_target, last_target - HORIZON + 1)

    def __len__(self):
        return len(self.starts)

    def __getitem__(self, i):
        s = self.starts[i]
        return self.v[s - LOOKBACK : s].unsqueeze(-1), self.v[s : s + HORIZON]


class Forecaster(nn.Module):
    def __init__(self, h=32):
        super().__init__()
        self.rnn = nn.LSTM(1, h, batch_first=True)
        self.out = nn.Linear(h, HORIZON)

    def forward(self, x):
        o, _ = self.rnn(x)
        return self.out(o[:, -1])


def mae(model, ds, scale):
    model.eval()
    total, n = 0.0, 0
    with torch.no_grad():
        for x, y in DataLoader(ds, 256):
            total += (model(x) - y).abs().sum().item()
            n += y.numel()
    return total / n * scale


def main():
    torch.manual_seed(0)
    raw = load_series().to_numpy()
    n_tr, n_va = int(len(raw) * 0.7), int(len(raw) * 0.85)
    mu, sd = raw[:n_tr].mean(), raw[:n_tr].std()
    z = (raw - mu) / sd
    train, val, test = Windows(z, LOOKBACK, n_tr), Windows(z, n_tr, n_va), Windows(z, n_va, len(z))
    model = Forecaster()
    opt = torch.optim.Adam(model.parameters(), lr=5e-3)
    sched = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, factor=0.5, patience=1)
    best, keep = float("inf"), None
    for epoch in range(8):
        model.train()
        for x, y in DataLoader(train, 64, shuffle=True):
            loss = nn.functional.mse_loss(model(x), y)
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
        v = mae(model, val, sd)
        sched.step(v)
        if v < best:
            best, keep = v, {k: t.clone() for k, t in model.state_dict().items()}
        print(f"epoch {epoch} val MAE {v:.3f} lr {opt.param_groups[0]['lr']:.4f}")
    model.load_state_dict(keep)
    naive = np.mean([np.abs(raw[s : s + HORIZON] - raw[s - 24 : s - 24 + HORIZON]).mean() for s in test.starts])
    print(f"test MAE {mae(model, test, sd):.3f}   same hour yesterday {naive:.3f}")


if __name__ == "__main__":
    main()
