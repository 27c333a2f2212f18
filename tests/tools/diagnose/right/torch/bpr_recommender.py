import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

SEED = 13
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)
n_users, n_items, k = 150, 200, 5

# implicit feedback from a latent factor world
U, I = rng.normal(size=(n_users, k)), rng.normal(size=(n_items, k))
score = U @ I.T + rng.gumbel(size=(n_users, n_items))
top = np.argsort(-score, 1)[:, :25]
history = [rng.permutation(row) for row in top]
train = {u: set(h[:-1].tolist()) for u, h in enumerate(history)}
held_out = np.array([h[-1] for h in history])           # leave one out
pairs = torch.tensor([(u, i) for u, s in train.items() for i in sorted(s)])
seen = torch.zeros(n_users, n_items, dtype=torch.bool)
seen[pairs[:, 0], pairs[:, 1]] = True


class BPR(nn.Module):
    def __init__(self, d=16):
        super().__init__()
        self.u = nn.Embedding(n_users, d)
        self.i = nn.Embedding(n_items, d)
        self.b = nn.Embedding(n_items, 1)
        nn.init.normal_(self.u.weight, std=0.1)
        nn.init.normal_(self.i.weight, std=0.1)
        nn.init.zeros_(self.b.weight)

    def forward(self, u, i):
        return (self.u(u) * self.i(i)).sum(-1) + self.b(i).squeeze(-1)

    def all_scores(self):
        return self.u.weight @ self.i.weight.T + self.b.weight.T


def negatives(users):
    neg = torch.randint(n_items, users.shape)
    while (bad := seen[users, neg]).any():
        neg[bad] = torch.randint(n_items, (int(bad.sum()),))
    return neg


@torch.no_grad()
def hit_rate(s, at=10):
    s = s.masked_fill(seen, float("-inf"))
    rec = s.topk(at, 1).indices
    return (rec == torch.as_tensor(held_out)[:, None]).any(1).float().mean().item()


model = BPR()
opt = torch.optim.Adam(model.parameters(), lr=5e-3, weight_decay=1e-5)
for epoch in range(60):
    for idx in torch.randperm(len(pairs)).split(256):
        u, pos = pairs[idx].T
        neg = negatives(u)
        loss = -F.logsigmoid(model(u, pos) - model(u, neg)).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()

popularity = seen.float().sum(0).expand(n_users, -1)
print("HR@10 random ", round(10 / (n_items - 24), 3))
print("HR@10 popular", round(hit_rate(popularity), 3))
print("HR@10 BPR    ", round(hit_rate(model.all_scores()), 3))
