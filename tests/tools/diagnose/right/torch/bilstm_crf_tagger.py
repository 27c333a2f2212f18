import torch
import torch.nn as nn


class CRF(nn.Module):
    """Linear-chain CRF with start/end transitions; masks are prefix masks."""

    def __init__(self, k):
        super().__init__()
        self.start = nn.Parameter(torch.empty(k).uniform_(-0.1, 0.1))
        self.end = nn.Parameter(torch.empty(k).uniform_(-0.1, 0.1))
        self.trans = nn.Parameter(torch.empty(k, k).uniform_(-0.1, 0.1))

    def gold_score(self, emit, tags, mask):
        b, t, _ = emit.shape
        ar = torch.arange(b)
        s = self.start[tags[:, 0]] + emit[ar, 0, tags[:, 0]]
        for i in range(1, t):
            step = self.trans[tags[:, i - 1], tags[:, i]] + emit[ar, i, tags[:, i]]
            s = s + step * mask[:, i]
        last = tags[ar, mask.long().sum(1) - 1]
        return s + self.end[last]

    def partition(self, emit, mask):
        a = self.start + emit[:, 0]
        for i in range(1, emit.size(1)):
            nxt = torch.logsumexp(a.unsqueeze(2) + self.trans + emit[:, i].unsqueeze(1), dim=1)
            a = torch.where(mask[:, i].unsqueeze(1).bool(), nxt, a)
        return torch.logsumexp(a + self.end, dim=1)

    def nll(self, emit, tags, mask):
        return (self.partition(emit, mask) - self.gold_score(emit, tags, mask)).mean()

    @torch.no_grad()
    def viterbi(self, emit, length):
        emit = emit[:length]
        score, back = self.start + emit[0], []
        for e in emit[1:]:
            m, idx = (score.unsqueeze(1) + self.trans).max(0)
            score = m + e
            back.append(idx)
        best = int((score + self.end).argmax())
        path = [best]
        for idx in reversed(back):
            best = int(idx[best])
            path.append(best)
        return path[::-1]


class Tagger(nn.Module):
    def __init__(self, vocab, k):
        super().__init__()
        self.emb = nn.Embedding(vocab, 16, padding_idx=0)
        self.lstm = nn.LSTM(16, 16, batch_first=True, bidirectional=True)
        self.proj = nn.Linear(32, k)
        self.crf = CRF(k)

    def emissions(self, x, lens):
        p = nn.utils.rnn.pack_padded_sequence(self.emb(x), lens, batch_first=True, enforce_sorted=False)
        h, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(p)[0], batch_first=True, total_length=x.size(1))
        return self.proj(h)


def toy(n, T=9):
    # words 1-5: O; word 6 opens an entity (B=1) and the next two words are I=2
    lens = torch.randint(5, T + 1, (n,))
    x, y = torch.zeros(n, T, dtype=torch.long), torch.zeros(n, T, dtype=torch.long)
    for i, L in enumerate(lens.tolist()):
        x[i, :L] = torch.randint(1, 6, (L,))
        s = int(torch.randint(0, L - 2, (1,)))
        x[i, s] = 6
        y[i, s], y[i, s + 1 : s + 3] = 1, 2
    return x, y, lens


torch.manual_seed(0)
model = Tagger(7, 3)
opt = torch.optim.Adam(model.parameters(), 1e-2)
for it in range(40):
    x, y, L = toy(32)
    mask = (torch.arange(x.size(1))[None] < L[:, None]).float()
    loss = model.crf.nll(model.emissions(x, L), y, mask)
    opt.zero_grad()
    loss.backward()
    opt.step()
model.eval()
x, y, L = toy(100)
with torch.no_grad():
    e = model.emissions(x, L)
good = tot = 0
for i, n in enumerate(L.tolist()):
    p = model.crf.viterbi(e[i], n)
    good += sum(int(a == b) for a, b in zip(p, y[i].tolist()))
    tot += n
print("loss", loss.item(), "token acc", good / tot)
