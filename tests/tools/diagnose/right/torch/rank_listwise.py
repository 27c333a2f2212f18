"""Learning to rank: ListNet loss with padded lists, NDCG@3."""
import torch
from torch import nn
from torch.utils.data import Dataset, DataLoader


class Queries(Dataset):
    def __init__(self, n, seed):
        gen = torch.Generator().manual_seed(seed)
        w = torch.tensor([1.0, -0.5, 0.8, 0.0])
        self.rows = []
        for _ in range(n):
            m = int(torch.randint(4, 11, (1,), generator=gen))
            x = torch.randn(m, 4, generator=gen)
            s = x @ w + 0.5 * x[:, 0] * x[:, 2] + 0.3 * torch.randn(m, generator=gen)
            self.rows.append((x, (s.clamp(-1, 2.99) + 1).floor()))

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i]


def pad(batch):
    xs, rs = zip(*batch)
    n = max(map(len, xs))
    X, R, M = torch.zeros(len(xs), n, 4), torch.zeros(len(xs), n), torch.zeros(len(xs), n, dtype=torch.bool)
    for i, (x, r) in enumerate(batch):
        X[i, :len(x)], R[i, :len(x)], M[i, :len(x)] = x, r, True
    return X, R, M


def listnet(scores, rel, mask):
    neg = torch.finfo(scores.dtype).min
    target = rel.masked_fill(~mask, neg).softmax(1)
    logp = scores.masked_fill(~mask, neg).log_softmax(1)
    return -(target * logp).masked_fill(~mask, 0.0).sum(1).mean()


def ndcg(scores, rel, mask, k=3):
    disc = 1 / torch.log2(torch.arange(2, k + 2).float())
    top = scores.masked_fill(~mask, float("-inf")).topk(k, dim=1).indices
    dcg = ((2 ** rel.gather(1, top) - 1) * disc).sum(1)
    best = rel.masked_fill(~mask, 0).topk(k, dim=1).values
    ideal = ((2 ** best - 1) * disc).sum(1)
    has = ideal > 0
    return (dcg[has] / ideal[has]).mean().item()


torch.manual_seed(0)
train = DataLoader(Queries(500, 0), batch_size=32, shuffle=True, collate_fn=pad)
X, R, M = pad([q for q in Queries(150, 1)])
net = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(5):
    for x, r, m in train:
        loss = listnet(net(x).squeeze(-1), r, m)
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        print(epoch, round(loss.item(), 3), "ndcg@3", round(ndcg(net(X).squeeze(-1), R, M), 4))
