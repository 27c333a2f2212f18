"""BiLSTM-CRF, written out by hand, on a toy BIO chunking task."""
import random

import torch
from torch import nn

TAGS = ["O", "B", "I"]          # word ids are 1..30, 0 is padding


def sentence(rng):
    """A chunk starts at a word < 6 and lasts for 1 to 3 words; its length depends on the opener."""
    words, tags = [], []
    while len(words) < 8:
        w = rng.randrange(30)
        words.append(w + 1)
        if w < 6:
            tags.append(1)
            for _ in range(w % 3):
                words.append(rng.randrange(6, 30) + 1)
                tags.append(2)
        else:
            tags.append(0)
    return words, tags


def batchify(rows):
    L = max(len(w) for w, _ in rows)
    x = torch.zeros(len(rows), L, dtype=torch.long)
    y = torch.zeros(len(rows), L, dtype=torch.long)
    m = torch.zeros(len(rows), L, dtype=torch.bool)
    for i, (w, t) in enumerate(rows):
        x[i, : len(w)], y[i, : len(w)], m[i, : len(w)] = torch.tensor(w), torch.tensor(t), True
    return x, y, m


class CRF(nn.Module):
    def __init__(self, k):
        super().__init__()
        self.trans = nn.Parameter(torch.randn(k, k) * 0.1)   # [from, to]
        self.start = nn.Parameter(torch.zeros(k))
        self.end = nn.Parameter(torch.zeros(k))

    def nll(self, e, y, mask):
        return (self._log_z(e, mask) - self._score(e, y, mask)).mean()

    def _score(self, e, y, mask):
        m = mask.float()
        s = self.start[y[:, 0]] + (e.gather(2, y[..., None]).squeeze(2) * m).sum(1)
        s = s + (self.trans[y[:, :-1], y[:, 1:]] * m[:, 1:]).sum(1)
        last = y.gather(1, (mask.sum(1) - 1)[:, None]).squeeze(1)
        return s + self.end[last]

    def _log_z(self, e, mask):
        a = self.start + e[:, 0]
        for t in range(1, e.size(1)):
            nxt = torch.logsumexp(a[:, :, None] + self.trans, 1) + e[:, t]
            a = torch.where(mask[:, t, None], nxt, a)
        return torch.logsumexp(a + self.end, 1)

    @torch.no_grad()
    def viterbi(self, e, mask):
        a, back = self.start + e[:, 0], []
        stay = torch.arange(e.size(2)).expand(e.size(0), -1)
        for t in range(1, e.size(1)):
            best, arg = (a[:, :, None] + self.trans).max(1)
            on = mask[:, t, None]
            back.append(torch.where(on, arg, stay))
            a = torch.where(on, best + e[:, t], a)
        cur = (a + self.end).argmax(1)
        path = [cur]
        for b in reversed(back):
            cur = b.gather(1, cur[:, None]).squeeze(1)
            path.append(cur)
        return torch.stack(path[::-1], 1)


class Tagger(nn.Module):
    def __init__(self, d=24):
        super().__init__()
        self.emb = nn.Embedding(31, d, padding_idx=0)
        self.rnn = nn.LSTM(d, d, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * d, len(TAGS))
        self.crf = CRF(len(TAGS))

    def emissions(self, x, mask):
        lens = mask.sum(1)
        p = nn.utils.rnn.pack_padded_sequence(self.emb(x), lens, batch_first=True, enforce_sorted=False)
        h, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(p)[0], batch_first=True, total_length=x.size(1))
        return self.out(h)


def chunks(tags):
    spans, start = set(), None
    for i, t in enumerate(tags + [0]):
        if start is not None and t != 2:
            spans.add((start, i))
            start = None
        if t == 1:
            start = i
    return spans


def main():
    rng = random.Random(0)
    torch.manual_seed(0)
    train = [sentence(rng) for _ in range(600)]
    test = [sentence(rng) for _ in range(200)]
    net = Tagger()
    opt = torch.optim.Adam(net.parameters(), lr=0.01)
    for epoch in range(8):
        net.train()
        rng.shuffle(train)
        total = 0.0
        for i in range(0, len(train), 32):
            x, y, m = batchify(train[i : i + 32])
            loss = net.crf.nll(net.emissions(x, m), y, m)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(x)
        print(f"epoch {epoch} nll {total / len(train):.4f}")
    net.eval()
    x, y, m = batchify(test)
    with torch.no_grad():
        path = net.crf.viterbi(net.emissions(x, m), m)
    tp = n_pred = n_gold = 0
    for p, t, k in zip(path, y, m):
        a, b = chunks(p[k].tolist()), chunks(t[k].tolist())
        tp, n_pred, n_gold = tp + len(a & b), n_pred + len(a), n_gold + len(b)
    print(f"chunk F1 {2 * tp / (n_pred + n_gold):.3f}")


if __name__ == "__main__":
    main()
