import torch
from torch import nn

torch.manual_seed(0)
PAD, BOS, EOS, V = 0, 1, 2, 13


class Seq2Seq(nn.Module):
    def __init__(self, d=32, max_len=16):
        super().__init__()
        self.src_emb = nn.Embedding(V, d, padding_idx=PAD)
        self.tgt_emb = nn.Embedding(V, d, padding_idx=PAD)
        self.pos = nn.Embedding(max_len, d)
        self.tf = nn.Transformer(d, 4, 1, 1, 64, dropout=0.0, batch_first=True)
        self.out = nn.Linear(d, V)

    def _embed(self, table, x):
        return table(x) + self.pos(torch.arange(x.size(1)))

    def forward(self, src, tgt):
        n = tgt.size(1)
        causal = torch.triu(torch.ones(n, n, dtype=torch.bool), diagonal=1)
        h = self.tf(self._embed(self.src_emb, src), self._embed(self.tgt_emb, tgt), tgt_mask=causal,
                    src_key_padding_mask=src == PAD, tgt_key_padding_mask=tgt == PAD,
                    memory_key_padding_mask=src == PAD)
        return self.out(h)

    @torch.no_grad()
    def greedy(self, src, max_new=8):
        y = torch.full((src.size(0), 1), BOS)
        finished = torch.zeros(src.size(0), dtype=torch.bool)
        for _ in range(max_new):
            nxt = self(src, y)[:, -1].argmax(-1)
            nxt = nxt.masked_fill(finished, PAD)
            y = torch.cat([y, nxt[:, None]], 1)
            finished |= nxt == EOS
            if finished.all():
                break
        return y


def batch(n):
    """Sort the digits; ragged rows padded on the right."""
    rows = [torch.randint(3, V, (int(torch.randint(3, 7, (1,))),)) for _ in range(n)]
    src = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)
    tgt = [torch.cat([torch.tensor([BOS]), r.sort().values, torch.tensor([EOS])]) for r in rows]
    return src, nn.utils.rnn.pad_sequence(tgt, batch_first=True, padding_value=PAD)


model = Seq2Seq()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
crit = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=0.02)
for step in range(250):
    src, tgt = batch(48)
    logits = model(src, tgt[:, :-1])
    loss = crit(logits.flatten(0, 1), tgt[:, 1:].flatten())
    opt.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    if step % 50 == 0:
        print(f"{step:4d} {loss.item():.3f}")
model.eval()
src, tgt = batch(100)
hyp = model.greedy(src)
width = max(hyp.size(1), tgt.size(1))
pad = lambda t: nn.functional.pad(t, (0, width - t.size(1)), value=PAD)
print("exactly sorted:", (pad(hyp) == pad(tgt)).all(1).float().mean().item())
