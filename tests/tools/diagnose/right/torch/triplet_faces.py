"""Metric learning with batch-hard triplets on synthetic identities."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import Dataset, DataLoader, Sampler

torch.manual_seed(12)


class Identities(Dataset):
    def __init__(self, n_ids, per_id, dim=40, offset=0):
        g = torch.Generator().manual_seed(offset)
        centres = torch.randn(n_ids, 8, generator=g)
        mix = torch.randn(8, dim, generator=torch.Generator().manual_seed(123))
        self.y = torch.arange(n_ids).repeat_interleave(per_id)
        self.x = (centres[self.y] + 0.4 * torch.randn(len(self.y), 8, generator=g)) @ mix

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


class PKSampler(Sampler):
    """Yields batches of P identities with K samples each."""

    def __init__(self, labels, p, k, n_batches):
        self.by_id = [torch.where(labels == c)[0] for c in labels.unique()]
        self.p, self.k, self.n = p, k, n_batches

    def __len__(self):
        return self.n

    def __iter__(self):
        for _ in range(self.n):
            chosen = torch.randperm(len(self.by_id))[:self.p].tolist()
            out = []
            for c in chosen:
                pool = self.by_id[c]
                out += pool[torch.randperm(len(pool))[:self.k]].tolist()
            yield out


def batch_hard(emb, y, margin=0.3):
    dist = torch.cdist(emb, emb)
    same = y[:, None] == y[None, :]
    pos = dist.masked_fill(~same, float("-inf")).max(1).values
    neg = dist.masked_fill(same, float("inf")).min(1).values
    return F.relu(pos - neg + margin).mean()


train, test = Identities(20, 12), Identities(8, 12, offset=77)
loader = DataLoader(train, batch_sampler=PKSampler(train.y, p=6, k=4, n_batches=40))
net = nn.Sequential(nn.Linear(40, 64), nn.ReLU(), nn.Linear(64, 16))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)


@torch.no_grad()
def recall_at_1(ds):
    net.eval()
    e = F.normalize(net(ds.x), dim=1)
    d = torch.cdist(e, e)
    d.fill_diagonal_(float("inf"))
    return (ds.y[d.argmin(1)] == ds.y).float().mean().item()


print("before", round(recall_at_1(test), 3))
for epoch in range(4):
    net.train()
    for x, y in loader:
        loss = batch_hard(F.normalize(net(x), dim=1), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, "recall@1 on unseen identities", round(recall_at_1(test), 3))
