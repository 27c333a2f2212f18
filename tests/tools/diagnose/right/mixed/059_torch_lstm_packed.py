"""Variable-length sequences: collate_fn pads, the LSTM reads packed batches."""
import random

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset, random_split


class Parens(Dataset):
    """Is a string of brackets balanced? Strings are unique, classes are even."""

    def __init__(self, n=2400, seed=0):
        rnd = random.Random(seed)
        seen, self.items = set(), []
        want = {0: n // 2, 1: n // 2}
        while want[0] or want[1]:
            half = rnd.randint(4, 12)
            s = self._balanced(rnd, half)
            if rnd.random() < 0.5:
                s = list(s)
                i = rnd.randrange(len(s))
                s[i] = "(" if s[i] == ")" else ")"
                s = "".join(s)
            label = int(self._check(s))
            if s in seen or not want[label]:
                continue
            seen.add(s)
            want[label] -= 1
            self.items.append((torch.tensor([1 if c == "(" else 2 for c in s]), label))

    @staticmethod
    def _balanced(rnd, half):
        out, open_, left = [], 0, half
        while left or open_:
            if left and (open_ == 0 or rnd.random() < 0.5):
                out.append("("); open_ += 1; left -= 1
            else:
                out.append(")"); open_ -= 1
        return "".join(out)

    @staticmethod
    def _check(s):
        d = 0
        for c in s:
            d += 1 if c == "(" else -1
            if d < 0:
                return False
        return d == 0

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def collate(batch):
    seqs, labels = zip(*batch)
    lengths = torch.tensor([len(s) for s in seqs])
    return pad_sequence(seqs, batch_first=True, padding_value=0), lengths, torch.tensor(labels)


class Reader(nn.Module):
    def __init__(self, emb=8, hid=32):
        super().__init__()
        self.emb = nn.Embedding(3, emb, padding_idx=0)
        self.lstm = nn.LSTM(emb, hid, batch_first=True)
        self.out = nn.Linear(hid, 1)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.emb(x), lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.lstm(packed)
        return self.out(h[-1]).squeeze(1)


def accuracy(model, loader):
    model.eval()
    hit = n = 0
    with torch.no_grad():
        for x, l, y in loader:
            hit += ((model(x, l) > 0).long() == y).sum().item()
            n += len(y)
    return hit / n


torch.manual_seed(0)
data = Parens()
tr, va, te = random_split(data, [1600, 400, 400], generator=torch.Generator().manual_seed(0))
dl_tr = DataLoader(tr, 32, shuffle=True, collate_fn=collate)
dl_va, dl_te = (DataLoader(d, 200, collate_fn=collate) for d in (va, te))
model = Reader()
opt = torch.optim.Adam(model.parameters(), 1e-2)
bce = nn.BCEWithLogitsLoss()
for epoch in range(10):
    model.train()
    for x, l, y in dl_tr:
        opt.zero_grad()
        loss = bce(model(x, l), y.float())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
    print(epoch, "val acc", round(accuracy(model, dl_va), 3))
print("test acc", round(accuracy(model, dl_te), 3))
