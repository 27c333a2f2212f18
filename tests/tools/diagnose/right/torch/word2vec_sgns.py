"""Skip-gram with negative sampling, unigram^0.75 noise."""
from collections import Counter
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
corpus = """king rules the land . queen rules the land . man walks the dog . woman walks the dog .
the king loves the queen . the man loves the woman . dog chases cat . cat chases mouse .
king wears a crown . queen wears a crown . man wears a hat . woman wears a hat .""".split() * 15
counts = Counter(corpus)
words = sorted(counts)
idx = {w: i for i, w in enumerate(words)}
ids = [idx[w] for w in corpus]
WINDOW, NEG, DIM = 2, 5, 16

pairs = [(ids[i], ids[j]) for i in range(len(ids))
         for j in range(max(0, i - WINDOW), min(len(ids), i + WINDOW + 1)) if i != j]
pairs = torch.tensor(pairs)
noise = torch.tensor([counts[w] for w in words], dtype=torch.float).pow(0.75)


class SGNS(nn.Module):
    def __init__(self, V, d):
        super().__init__()
        self.u = nn.Embedding(V, d, sparse=True)
        self.v = nn.Embedding(V, d, sparse=True)
        nn.init.uniform_(self.u.weight, -0.5 / d, 0.5 / d)
        nn.init.zeros_(self.v.weight)

    def forward(self, centre, context, negative):
        c = self.u(centre)
        pos = F.logsigmoid((c * self.v(context)).sum(-1))
        neg = F.logsigmoid(-torch.einsum("bd,bkd->bk", c, self.v(negative))).sum(-1)
        return -(pos + neg).mean()


model = SGNS(len(words), DIM)
opt = torch.optim.SparseAdam(model.parameters(), lr=0.01)
for epoch in range(4):
    total, n = 0.0, 0
    for chunk in pairs[torch.randperm(len(pairs))].split(256):
        negative = torch.multinomial(noise, len(chunk) * NEG, replacement=True).view(len(chunk), NEG)
        loss = model(chunk[:, 0], chunk[:, 1], negative)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total, n = total + loss.item() * len(chunk), n + len(chunk)
    print(epoch, round(total / n, 3))

with torch.no_grad():
    W = F.normalize(model.u.weight, dim=1)
    sims = W @ W[idx["king"]]
    sims[idx["king"]] = -1
print("nearest to king:", [words[i] for i in sims.topk(3).indices.tolist()])
