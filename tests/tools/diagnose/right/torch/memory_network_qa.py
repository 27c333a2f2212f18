# End-to-end memory network (2 hops) on a bAbI-like "where is X" task
import torch, random
import torch.nn as nn
import torch.nn.functional as F

random.seed(0); torch.manual_seed(0)
who = ['john', 'mary', 'sandra', 'daniel']
where = ['kitchen', 'garden', 'office', 'hall', 'bathroom']
vocab = {w: i + 1 for i, w in enumerate(who + where + ['went', 'to', 'is'])}
MEM, SL = 6, 4


def story():
    n = random.randint(3, MEM)
    loc, sents = {}, []
    for _ in range(n):
        p, l = random.choice(who), random.choice(where)
        loc[p] = l
        sents.append([vocab[p], vocab['went'], vocab['to'], vocab[l]])
    q = random.choice(sorted(loc))
    sents = sents[::-1] + [[0] * SL] * (MEM - n)      # most recent first, empty slots last
    return sents, [vocab[q], vocab['is'], 0, 0], where.index(loc[q])


def make(n):
    s, q, a = zip(*(story() for _ in range(n)))
    return torch.tensor(s), torch.tensor(q), torch.tensor(a)


class MemN2N(nn.Module):
    def __init__(self, V, d=24, hops=2):
        super().__init__()
        # adjacent tying: C of a hop is A of the next one
        self.emb = nn.ModuleList(nn.Embedding(V, d, padding_idx=0) for _ in range(hops + 1))
        self.tA = nn.Parameter(torch.randn(hops + 1, MEM, d) * 0.1)
        for e in self.emb:
            nn.init.normal_(e.weight, std=0.1)
            with torch.no_grad():
                e.weight[0].zero_()
        self.hops, self.out = hops, nn.Linear(d, len(where))

    def forward(self, s, q):
        u = self.emb[0](q).sum(1)
        empty = (s == 0).all(-1)
        for h in range(self.hops):
            m = self.emb[h](s).sum(2) + self.tA[h]
            c = self.emb[h + 1](s).sum(2) + self.tA[h + 1]
            p = torch.einsum('bmd,bd->bm', m, u).masked_fill(empty, -1e9).softmax(-1)
            u = u + torch.einsum('bm,bmd->bd', p, c)
        return self.out(u)


S, Q, A = make(2000)
Sv, Qv, Av = make(500)
net = MemN2N(len(vocab) + 1)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for ep in range(15):
    net.train()
    for b in torch.randperm(len(S)).split(64):
        loss = F.cross_entropy(net(S[b], Q[b]), A[b])
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 40.)
        opt.step()
    if ep % 5 == 4:
        net.eval()
        with torch.no_grad():
            print(ep, loss.item(), (net(Sv, Qv).argmax(1) == Av).float().mean().item())
