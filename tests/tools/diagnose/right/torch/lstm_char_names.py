"""Classify synthetic words by 'language' with a char LSTM and packed sequences."""
import argparse
import random

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset, random_split

SYLLABLES = {
    "ital": ["ro", "ni", "lli", "ma", "tti", "co"],
    "pol": ["sz", "ski", "czy", "wo", "prz", "ek"],
    "jap": ["ka", "shi", "mo", "to", "ya", "ha"],
}
CHARS = "abcdefghijklmnopqrstuvwxyz"
STOI = {c: i + 1 for i, c in enumerate(CHARS)}  # 0 is padding


class Words(Dataset):
    def __init__(self, n, rng):
        self.labels = sorted(SYLLABLES)
        self.items = []
        for _ in range(n):
            lab = rng.randrange(len(self.labels))
            k = rng.randint(2, 4)
            pool = SYLLABLES[self.labels[lab]] + ["a", "o", "ka"]
            self.items.append(("".join(rng.choice(pool) for _ in range(k)), lab))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        word, lab = self.items[i]
        return torch.tensor([STOI[c] for c in word]), lab


def collate(batch):
    seqs, labs = zip(*batch)
    lens = torch.tensor([len(s) for s in seqs])
    return pad_sequence(seqs, batch_first=True), lens, torch.tensor(labs)


class CharLSTM(nn.Module):
    def __init__(self, vocab, emb, hid, classes):
        super().__init__()
        self.emb = nn.Embedding(vocab, emb, padding_idx=0)
        self.rnn = nn.LSTM(emb, hid, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * hid, classes)

    def forward(self, x, lens):
        packed = pack_padded_sequence(self.emb(x), lens, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.rnn(packed)
        return self.out(torch.cat([h[-2], h[-1]], dim=1))


def accuracy(model, loader):
    model.eval()
    hit = n = 0
    with torch.no_grad():
        for x, l, y in loader:
            hit += (model(x, l).argmax(1) == y).sum().item()
            n += y.numel()
    return hit / n


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--epochs", type=int, default=4)
    ap.add_argument("--lr", type=float, default=5e-3)
    ap.add_argument("--seed", type=int, default=0)
    args = ap.parse_args()
    torch.manual_seed(args.seed)
    ds = Words(900, random.Random(args.seed))
    tr, te = random_split(ds, [700, 200], generator=torch.Generator().manual_seed(args.seed))
    tr_dl = DataLoader(tr, batch_size=32, shuffle=True, collate_fn=collate)
    te_dl = DataLoader(te, batch_size=100, collate_fn=collate)
    model = CharLSTM(len(CHARS) + 1, 16, 32, 3)
    opt = torch.optim.Adam(model.parameters(), lr=args.lr)
    crit = nn.CrossEntropyLoss()
    for ep in range(args.epochs):
        model.train()
        for x, l, y in tr_dl:
            opt.zero_grad()
            crit(model(x, l), y).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            opt.step()
        print(ep, accuracy(model, tr_dl))
    print("test", accuracy(model, te_dl))


if __name__ == "__main__":
    main()
