# Metric learning: train on digits 0-5, retrieve among digits 6-9
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import Sampler, DataLoader, TensorDataset


class PKSampler(Sampler):
    """P classes with K pictures each per batch."""

    def __init__(self, labels, p, k, n_batches):
        self.by_class = {int(c): (labels == c).nonzero().squeeze(1) for c in labels.unique()}
        self.p, self.k, self.n = p, k, n_batches

    def __len__(self):
        return self.n

    def __iter__(self):
        classes = list(self.by_class)
        for _ in range(self.n):
            batch = []
            for c in torch.randperm(len(classes))[: self.p].tolist():
                pool = self.by_class[classes[c]]
                batch += pool[torch.randperm(len(pool))[: self.k]].tolist()
            yield batch


def batch_hard(emb, y, margin=0.3):
    d = torch.cdist(emb, emb)
    same = y[:, None] == y[None]
    hardest_pos = d.masked_fill(~same, 0).amax(1)
    hardest_neg = d.masked_fill(same, float("inf")).amin(1)
    return torch.relu(hardest_pos - hardest_neg + margin).mean()


def recall_at_1(emb, y):
    d = torch.cdist(emb, emb).fill_diagonal_(float("inf"))
    return (y[d.argmin(1)] == y).float().mean().item()


def mean_precision_at_r(emb, y, r=20):
    d = torch.cdist(emb, emb).fill_diagonal_(float("inf"))
    return (y[d.topk(r, largest=False).indices] == y[:, None]).float().mean().item()


class Embed(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(512, 32))

    def forward(self, x):
        return nn.functional.normalize(self.f(x), dim=1)


torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16).float().view(-1, 1, 8, 8), torch.tensor(y)
tr = y < 6
loader = DataLoader(TensorDataset(X[tr], y[tr]), batch_sampler=PKSampler(y[tr], p=6, k=8, n_batches=40))
net = Embed()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)


def report(name):
    net.eval()
    with torch.no_grad():
        e = net(X[~tr])
    print(f"{name:8s} recall@1 {recall_at_1(e, y[~tr]):.3f}  precision@20 {mean_precision_at_r(e, y[~tr]):.3f}")


report("before")
for epoch in range(8):
    net.train()
    for xb, yb in loader:
        loss = batch_hard(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
report("after")
