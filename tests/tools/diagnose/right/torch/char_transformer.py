import math
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(1337)
lines = ["the cat sat on the mat", "the dog sat on the log", "a cat and a dog ran to the barn", "the hen ran to the pen"]
g = torch.Generator().manual_seed(1)
pick = torch.randint(len(lines), (300,), generator=g)
text = ". ".join(lines[i] for i in pick)
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
data = torch.tensor([stoi[c] for c in text])
split = int(0.9 * len(data))
train_data, val_data = data[:split], data[split:]
V, CTX, D, H = len(chars), 32, 48, 4


def get_batch(d, n=32):
    i = torch.randint(len(d) - CTX - 1, (n,))
    x = torch.stack([d[k:k + CTX] for k in i])
    y = torch.stack([d[k + 1:k + CTX + 1] for k in i])
    return x, y


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.qkv = nn.Linear(D, 3 * D)
        self.proj = nn.Linear(D, D)
        self.mlp = nn.Sequential(nn.Linear(D, 4 * D), nn.GELU(), nn.Linear(4 * D, D))

    def forward(self, x):
        B, T, _ = x.shape
        q, k, v = self.qkv(self.ln1(x)).view(B, T, 3, H, D // H).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(a.transpose(1, 2).reshape(B, T, D))
        return x + self.mlp(self.ln2(x))


class LM(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok = nn.Embedding(V, D)
        self.pos = nn.Embedding(CTX, D)
        self.blocks = nn.Sequential(Block(), Block())
        self.ln = nn.LayerNorm(D)
        self.head = nn.Linear(D, V, bias=False)
        self.head.weight = self.tok.weight
        nn.init.normal_(self.tok.weight, std=0.1)
        nn.init.normal_(self.pos.weight, std=0.1)

    def forward(self, idx):
        x = self.tok(idx) + self.pos(torch.arange(idx.size(1)))
        return self.head(self.ln(self.blocks(x)))


model = LM()
opt = torch.optim.AdamW(model.parameters(), lr=4e-3)
sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1, (s + 1) / 20) * 0.5 * (1 + math.cos(math.pi * min(1, s / 250))))
for step in range(250):
    x, y = get_batch(train_data)
    loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
    opt.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    sched.step()

model.eval()
with torch.no_grad():
    x, y = get_batch(val_data, 128)
    print("uniform  nats/char", round(math.log(V), 3))
    print("held-out nats/char", round(F.cross_entropy(model(x).flatten(0, 1), y.flatten()).item(), 3))
    out = torch.tensor([[stoi["t"]]])
    for _ in range(80):
        p = F.softmax(model(out[:, -CTX:])[:, -1] / 0.8, -1)
        out = torch.cat([out, torch.multinomial(p, 1)], 1)
print("".join(chars[i] for i in out[0].tolist()))
