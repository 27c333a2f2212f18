"""Transformer encoder on token sequences with a key padding mask; task: does token 3 occur more often than token 5?"""
import argparse
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

PAD, VOCAB, MAXLEN = 0, 8, 16


class Toy(Dataset):
    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        self.x, self.y = [], []
        for _ in range(n):
            k = int(torch.randint(5, MAXLEN + 1, (1,), generator=g))
            s = torch.randint(1, VOCAB, (k,), generator=g)
            self.x.append(s)
            self.y.append(int((s == 3).sum() > (s == 5).sum()))

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


def collate(batch):
    xs, ys = zip(*batch)
    return nn.utils.rnn.pad_sequence(xs, batch_first=True, padding_value=PAD), torch.tensor(ys, dtype=torch.float32)


class PositionalEncoding(nn.Module):
    def __init__(self, d, maxlen):
        super().__init__()
        pos = torch.arange(maxlen).unsqueeze(1)
        div = torch.exp(torch.arange(0, d, 2) * (-math.log(10000.0) / d))
        pe = torch.zeros(maxlen, d)
        pe[:, 0::2], pe[:, 1::2] = torch.sin(pos * div), torch.cos(pos * div)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[: x.size(1)]


class Encoder(nn.Module):
    def __init__(self, d=24, heads=2, layers=1):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, d, padding_idx=PAD)
        self.pos = PositionalEncoding(d, MAXLEN)
        layer = nn.TransformerEncoderLayer(d, heads, dim_feedforward=48, dropout=0.1, batch_first=True)
        self.enc = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.out = nn.Linear(d, 1)

    def forward(self, x):
        pad = x == PAD
        h = self.enc(self.pos(self.emb(x)), src_key_padding_mask=pad)
        keep = (~pad).unsqueeze(-1)
        return self.out((h * keep).sum(1) / keep.sum(1)).squeeze(-1)     # mean over the real tokens


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--epochs", type=int, default=5)
    p.add_argument("--lr", type=float, default=4e-3)
    a = p.parse_args()
    torch.manual_seed(0)
    train = DataLoader(Toy(1200, 1), batch_size=64, shuffle=True, collate_fn=collate)
    test = DataLoader(Toy(300, 2), batch_size=100, collate_fn=collate)
    model, bce = Encoder(), nn.BCEWithLogitsLoss()
    opt = torch.optim.AdamW(model.parameters(), lr=a.lr)
    for ep in range(a.epochs):
        model.train()
        for x, y in train:
            opt.zero_grad()
            loss = bce(model(x), y)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
        print(f"epoch {ep} last batch loss {loss.item():.3f}")
    model.eval()
    with torch.no_grad():
        ok = sum(((model(x) > 0).float() == y).sum().item() for x, y in test)
    print("test accuracy", ok / len(test.dataset))


if __name__ == "__main__":
    main()
