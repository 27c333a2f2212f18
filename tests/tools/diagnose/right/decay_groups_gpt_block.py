"""Character model with causal self-attention; weight decay only on matrices, warm-up + cosine."""
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

TEXT = ("the quick brown fox jumps over the lazy dog. pack my box with five dozen liquor jugs. "
        "how vexingly quick daft zebras jump. sphinx of black quartz, judge my vow. ") * 40


@dataclass
class Config:
    block: int = 24
    width: int = 48
    heads: int = 4
    steps: int = 150
    warmup: int = 15
    lr: float = 5e-3
    decay: float = 0.1


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads = c.heads
        self.qkv, self.proj = nn.Linear(c.width, 3 * c.width), nn.Linear(c.width, c.width)

    def forward(self, x):
        b, t, w = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.proj(y.transpose(1, 2).reshape(b, t, w))


class CharModel(nn.Module):
    def __init__(self, vocab, c):
        super().__init__()
        self.tok, self.pos = nn.Embedding(vocab, c.width), nn.Embedding(c.block, c.width)
        self.ln1, self.ln2, self.ln3 = (nn.LayerNorm(c.width) for _ in range(3))
        self.att = Attention(c)
        self.mlp = nn.Sequential(nn.Linear(c.width, 4 * c.width), nn.GELU(), nn.Linear(4 * c.width, c.width))
        self.head = nn.Linear(c.width, vocab, bias=False)

    def forward(self, idx):
        x = self.tok(idx) + self.pos(torch.arange(idx.size(1), device=idx.device))
        x = x + self.att(self.ln1(x))
        x = x + self.mlp(self.ln2(x))
        return self.head(self.ln3(x))


def make_optimizer(model, c):
    decay = [p for p in model.parameters() if p.dim() >= 2]
    plain = [p for p in model.parameters() if p.dim() < 2]
    return torch.optim.AdamW([{"params": decay, "weight_decay": c.decay}, {"params": plain, "weight_decay": 0.0}], lr=c.lr)


def factor(step, c):
    if step < c.warmup:
        return (step + 1) / c.warmup
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (step - c.warmup) / (c.steps - c.warmup)))


def main():
    c = Config()
    torch.manual_seed(0)
    chars = sorted(set(TEXT))
    data = torch.tensor([chars.index(ch) for ch in TEXT])
    model = CharModel(len(chars), c)
    opt = make_optimizer(model, c)
    sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: factor(s, c))
    for step in range(c.steps):
        start = torch.randint(len(data) - c.block - 1, (24,))
        window = torch.stack([data[s:s + c.block + 1] for s in start])
        logits = model(window[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), window[:, 1:].flatten())
        opt.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        sched.step()
        if step % 50 == 49:
            print(f"step {step + 1}: training loss {loss.item():.3f} (uniform {math.log(len(chars)):.3f})")
    model.eval()
    idx = torch.tensor([[chars.index("t")]])
    with torch.no_grad():
        for _ in range(50):
            p = F.softmax(model(idx[:, -c.block:])[:, -1] / 0.7, dim=-1)
            idx = torch.cat([idx, torch.multinomial(p, 1)], dim=1)
    print(repr("".join(chars[i] for i in idx[0].tolist())))


if __name__ == "__main__":
    main()
