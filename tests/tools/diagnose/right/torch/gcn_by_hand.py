"""Semi-supervised node classification: two-layer GCN on a stochastic block model."""
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

rng = np.random.default_rng(0)
torch.manual_seed(0)
N, K = 300, 3
labels = rng.integers(K, size=N)
same = labels[:, None] == labels[None]
upper = np.triu(rng.random((N, N)) < np.where(same, 0.06, 0.01), 1)
A = torch.tensor(upper | upper.T, dtype=torch.float32)
X = torch.tensor(rng.normal(size=(N, 16)) + 0.5 * np.eye(16)[labels], dtype=torch.float32)
y = torch.tensor(labels)

perm = torch.randperm(N)
train_idx, val_idx, test_idx = perm[:30], perm[30:100], perm[100:]


def normalise(a):
    a = a + torch.eye(len(a))
    d = a.sum(1).rsqrt()
    return (d[:, None] * a * d[None]).to_sparse()


class GCN(nn.Module):
    def __init__(self, fin, h, out):
        super().__init__()
        self.w1, self.w2 = nn.Linear(fin, h, bias=False), nn.Linear(h, out, bias=False)

    def forward(self, x, adj):
        x = F.dropout(x, 0.5, self.training)
        x = F.relu(torch.sparse.mm(adj, self.w1(x)))
        x = F.dropout(x, 0.5, self.training)
        return torch.sparse.mm(adj, self.w2(x))


def run(adj):
    torch.manual_seed(1)
    model = GCN(16, 16, K)
    opt = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
    best_val, at_best = 0.0, 0.0
    for _ in range(150):
        model.train()
        opt.zero_grad()
        out = model(X, adj)                  # all nodes take part, only the labelled are scored
        F.cross_entropy(out[train_idx], y[train_idx]).backward()
        opt.step()
        model.eval()
        with torch.no_grad():
            hit = model(X, adj).argmax(1) == y
        val = hit[val_idx].float().mean().item()
        if val > best_val:
            best_val, at_best = val, hit[test_idx].float().mean().item()
    return best_val, at_best


for name, adj in [("graph", normalise(A)), ("no edges", normalise(torch.zeros(N, N)))]:
    v, t = run(adj)
    print(f"{name:9s} val {v:.3f}  test {t:.3f}")
