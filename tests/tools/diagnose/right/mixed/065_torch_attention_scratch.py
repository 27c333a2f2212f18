"""Self-attention written by hand; task: the most frequent symbol of a sequence."""
import math

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        assert dim % heads == 0
        self.h, self.dk = heads, dim // heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x, pad):
        B, T, D = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.h, self.dk).permute(2, 0, 3, 1, 4)
        score = q @ k.transpose(-2, -1) / math.sqrt(self.dk)
        score = score.masked_fill(pad[:, None, None, :], float("-inf"))
        ctx = score.softmax(-1) @ v
        return self.proj(ctx.transpose(1, 2).reshape(B, T, D))


class Encoder(nn.Module):
    def __init__(self, vocab, dim=32, heads=4, max_len=24):
        super().__init__()
        self.tok = nn.Embedding(vocab + 1, dim, padding_idx=0)
        self.pos = nn.Parameter(torch.randn(max_len, dim) * 0.02)
        self.n1, self.n2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.att = SelfAttention(dim, heads)
        self.ff = nn.Sequential(nn.Linear(dim, 64), nn.GELU(), nn.Linear(64, dim))
        self.head = nn.Linear(dim, vocab)

    def forward(self, x):
        pad = x == 0
        h = self.tok(x) + self.pos[: x.size(1)]
        h = h + self.att(self.n1(h), pad)
        h = h + self.ff(self.n2(h))
        keep = (~pad).unsqueeze(-1).float()
        return self.head((h * keep).sum(1) / keep.sum(1))


def batch(n, g, vocab=6, T=24):
    while True:
        x = torch.randint(1, vocab + 1, (n, T), generator=g)
        length = torch.randint(8, T + 1, (n, 1), generator=g)
        x = x * (torch.arange(T) < length)
        count = torch.stack([(x == c).sum(1) for c in range(1, vocab + 1)], 1)
        top = count.topk(2, dim=1)
        unique = top.values[:, 0] > top.values[:, 1]  # ties have no answer
        yield x[unique], top.indices[unique, 0]


torch.manual_seed(0)
gen = batch(128, torch.Generator().manual_seed(1))
x_te, y_te = next(batch(2000, torch.Generator().manual_seed(999)))
net = Encoder(6)
opt = torch.optim.AdamW(net.parameters(), 3e-3)
for step in range(300):
    x, y = next(gen)
    net.train()
    loss = nn.functional.cross_entropy(net(x), y)
    opt.zero_grad(set_to_none=True)
    loss.backward()
    opt.step()
    if step % 100 == 99:
        print(f"step {step + 1}: loss {loss.item():.4f}")
net.eval()
with torch.no_grad():
    print(f"accuracy on fresh sequences {(net(x_te).argmax(1) == y_te).float().mean():.3f} (chance {1 / 6:.3f})")
