"""Sequence classification with nn.TransformerEncoder, padding masks and masked mean pooling."""
import argparse
import math
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

PAD = 0


class Brackets(Dataset):
    """Is the bracket string balanced? tokens: 1 '(', 2 ')'."""

    def __init__(self, n, seed, max_pairs=10):
        g = torch.Generator().manual_seed(seed)
        self.items = []
        for i in range(n):
            k = int(torch.randint(2, max_pairs + 1, (1,), generator=g))
            seq = self._balanced(k, g)
            label = 1
            if i % 2:
                j = int(torch.randint(0, len(seq), (1,), generator=g))
                seq[j] = 3 - seq[j]
                label = 0
            self.items.append((torch.tensor(seq), label))

    @staticmethod
    def _balanced(k, g):
        seq, opened, depth = [], 0, 0
        while len(seq) < 2 * k:
            can_open, can_close = opened < k, depth > 0
            if can_open and (not can_close or torch.rand(1, generator=g) < 0.5):
                seq.append(1); opened += 1; depth += 1
            else:
                seq.append(2); depth -= 1
        return seq

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def collate(rows):
    L = max(len(s) for s, _ in rows)
    x = torch.full((len(rows), L), PAD)
    for r, (s, _) in enumerate(rows):
        x[r, :len(s)] = s
    return x, torch.tensor([l for _, l in rows])


class Classifier(nn.Module):
    def __init__(self, d=32, max_len=64):
        super().__init__()
        self.emb = nn.Embedding(3, d, padding_idx=PAD)
        pos = torch.arange(max_len).unsqueeze(1)
        div = torch.exp(torch.arange(0, d, 2) * (-math.log(10000.0) / d))
        pe = torch.zeros(max_len, d)
        pe[:, 0::2], pe[:, 1::2] = torch.sin(pos * div), torch.cos(pos * div)
        self.register_buffer("pe", pe)
        layer = nn.TransformerEncoderLayer(d, 4, 64, dropout=0.1, batch_first=True, norm_first=True)
        self.enc = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.fc = nn.Linear(d, 2)

    def forward(self, x):
        pad = x == PAD
        h = self.emb(x) + self.pe[:x.size(1)]
        h = self.enc(h, src_key_padding_mask=pad)
        keep = (~pad).unsqueeze(-1).float()
        return self.fc((h * keep).sum(1) / keep.sum(1))


def run(args):
    torch.manual_seed(args.seed)
    train = DataLoader(Brackets(600, 1), batch_size=40, shuffle=True, collate_fn=collate)
    test = DataLoader(Brackets(200, 2), batch_size=100, collate_fn=collate)
    model = Classifier()
    opt = torch.optim.Adam(model.parameters(), lr=args.lr)
    for epoch in range(args.epochs):
        model.train()
        for x, y in train:
            loss = nn.functional.cross_entropy(model(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
        model.eval()
        with torch.no_grad():
            hit = sum((model(x).argmax(1) == y).sum().item() for x, y in test)
        print(epoch, round(loss.item(), 3), hit / len(test.dataset))


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--epochs", type=int, default=5)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--seed", type=int, default=0)
    run(p.parse_args())
