import numpy as np
import torch
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import GroupKFold
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

rng = np.random.default_rng(3)
torch.manual_seed(3)
SUBJECTS, WINDOWS, LENGTH = 9, 40, 64


def simulate_subject():
    """3-axis accelerometer, activities: still, walk, run. Each subject has an own gait and gain."""
    gain, gait = rng.uniform(0.7, 1.3), rng.uniform(0.9, 1.1)
    y = rng.integers(0, 3, WINDOWS)
    t = np.arange(LENGTH) / 32.0
    X = np.empty((WINDOWS, 3, LENGTH), dtype=np.float32)
    for i, k in enumerate(y):
        f, a = [(0, 0), (1.8, 1.0), (2.8, 2.0)][k]
        ph = rng.uniform(0, 2 * np.pi, 3)
        X[i] = gain * a * np.sin(2 * np.pi * f * gait * t + ph[:, None]) + 0.7 * rng.standard_normal((3, LENGTH))
    return X, y


parts = [simulate_subject() for _ in range(SUBJECTS)]
X = np.concatenate([p[0] for p in parts])
y = np.concatenate([p[1] for p in parts])
groups = np.repeat(np.arange(SUBJECTS), WINDOWS)


class Chomp(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.n = n

    def forward(self, x):
        return x[..., : -self.n].contiguous()


class Block(nn.Module):
    def __init__(self, i, o, dilation, k=3, p=0.1):
        super().__init__()
        pad = (k - 1) * dilation
        self.net = nn.Sequential(weight_norm(nn.Conv1d(i, o, k, padding=pad, dilation=dilation)), Chomp(pad), nn.ReLU(), nn.Dropout(p))
        self.res = nn.Conv1d(i, o, 1) if i != o else nn.Identity()

    def forward(self, x):
        return torch.relu(self.net(x) + self.res(x))


class TCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(Block(3, 16, 1), Block(16, 16, 2), Block(16, 16, 4), Block(16, 16, 8))
        self.fc = nn.Linear(16, 3)

    def forward(self, x):
        return self.fc(self.blocks(x).mean(-1))


results = []
for fold, (tr, te) in enumerate(GroupKFold(n_splits=3).split(X, y, groups)):
    assert not set(groups[tr]) & set(groups[te])
    mu = X[tr].mean(axis=(0, 2), keepdims=True)
    sd = X[tr].std(axis=(0, 2), keepdims=True)
    xt, xe = torch.from_numpy((X[tr] - mu) / sd), torch.from_numpy((X[te] - mu) / sd)
    yt = torch.from_numpy(y[tr])
    net = TCN()
    opt = torch.optim.Adam(net.parameters(), lr=5e-3)
    for epoch in range(6):
        net.train()
        for b in torch.randperm(len(xt)).split(32):
            opt.zero_grad()
            nn.functional.cross_entropy(net(xt[b]), yt[b]).backward()
            opt.step()
    net.eval()
    with torch.no_grad():
        p = net(xe).argmax(1).numpy()
    results.append((accuracy_score(y[te], p), f1_score(y[te], p, average="macro")))
    print("fold", fold, "acc %.3f macro-F1 %.3f" % results[-1])
print("mean", np.mean(results, axis=0))
