import math
import torch
import torch.nn as nn

PAD, BOS, EOS, V, L = 0, 1, 2, 13, 6


class PositionalEncoding(nn.Module):
    def __init__(self, d, max_len=64):
        super().__init__()
        pos = torch.arange(max_len).unsqueeze(1)
        div = torch.exp(torch.arange(0, d, 2) * (-math.log(10000.0) / d))
        pe = torch.zeros(max_len, d)
        pe[:, 0::2] = torch.sin(pos * div)
        pe[:, 1::2] = torch.cos(pos * div)
        self.register_buffer("pe", pe.unsqueeze(0))

    def forward(self, x):
        return x + self.pe[:, : x.size(1)]


class Seq2Seq(nn.Module):
    def __init__(self, d=32, heads=4):
        super().__init__()
        self.d = d
        self.emb = nn.Embedding(V, d, padding_idx=PAD)
        nn.init.normal_(self.emb.weight, std=d ** -0.5)
        self.pos = PositionalEncoding(d)
        self.tf = nn.Transformer(d, heads, 1, 1, 64, dropout=0.0, batch_first=True)
        self.head = nn.Linear(d, V)

    def forward(self, src, tgt):
        causal = nn.Transformer.generate_square_subsequent_mask(tgt.size(1)) != 0
        s = self.pos(self.emb(src) * math.sqrt(self.d))
        t = self.pos(self.emb(tgt) * math.sqrt(self.d))
        h = self.tf(s, t, tgt_mask=causal, src_key_padding_mask=src == PAD,
                    tgt_key_padding_mask=tgt == PAD, memory_key_padding_mask=src == PAD)
        return self.head(h)

    @torch.no_grad()
    def greedy(self, src, max_len=L + 1):
        self.eval()
        ys = torch.full((src.size(0), 1), BOS, dtype=torch.long)
        for _ in range(max_len):
            nxt = self(src, ys)[:, -1].argmax(-1, keepdim=True)
            ys = torch.cat([ys, nxt], 1)
        return ys[:, 1:]


def batch(n):
    lens = torch.randint(3, L + 1, (n,))
    src = torch.full((n, L), PAD, dtype=torch.long)
    tgt = torch.full((n, L + 2), PAD, dtype=torch.long)
    tgt[:, 0] = BOS
    for i, k in enumerate(lens.tolist()):
        w = torch.randint(3, V, (k,))
        src[i, :k] = w
        tgt[i, 1 : k + 1] = w.flip(0)
        tgt[i, k + 1] = EOS
    return src, tgt


torch.manual_seed(0)
model = Seq2Seq()
crit = nn.CrossEntropyLoss(ignore_index=PAD)
opt = torch.optim.Adam(model.parameters(), lr=3e-3, betas=(0.9, 0.98))
for step in range(400):
    model.train()
    src, tgt = batch(64)
    logits = model(src, tgt[:, :-1])
    loss = crit(logits.reshape(-1, V), tgt[:, 1:].reshape(-1))
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    if step % 100 == 0:
        print(step, loss.item())
src, tgt = batch(100)
out = model.greedy(src)
gold = tgt[:, 1:]
mask = gold != PAD
print("token accuracy", (out[mask] == gold[mask]).float().mean().item())
