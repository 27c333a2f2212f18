# Encoder-decoder transformer that learns to reverse digit strings; teacher forcing in training, greedy decoding in testing.
import math

import torch
from torch import nn

torch.backends.mha.set_fastpath_enabled(False)  # same code path in train and eval

PAD, BOS, EOS, OFFSET = 0, 1, 2, 3
VOCAB, MAXLEN = 9, 5


def sample(batch, gen):
    lengths = torch.randint(3, MAXLEN + 1, (batch,), generator=gen)
    src = torch.full((batch, MAXLEN), PAD)
    tgt = torch.full((batch, MAXLEN + 2), PAD)
    tgt[:, 0] = BOS
    for i, n in enumerate(lengths.tolist()):
        digits = torch.randint(OFFSET, VOCAB, (n,), generator=gen)
        src[i, :n] = digits
        tgt[i, 1:n + 1] = digits.flip(0)
        tgt[i, n + 1] = EOS
    return src, tgt


class Seq2Seq(nn.Module):
    def __init__(self, d=48):
        super().__init__()
        self.d = d
        self.tok = nn.Embedding(VOCAB, d, padding_idx=PAD)
        self.pos = nn.Embedding(MAXLEN + 2, d)
        self.core = nn.Transformer(d, nhead=4, num_encoder_layers=1, num_decoder_layers=1, dim_feedforward=96, dropout=0.0, batch_first=True)
        self.proj = nn.Linear(d, VOCAB)

    def embed(self, x):
        return self.tok(x) * math.sqrt(self.d) + self.pos(torch.arange(x.size(1)))

    def forward(self, src, tgt):
        causal = torch.triu(torch.ones(tgt.size(1), tgt.size(1), dtype=torch.bool), diagonal=1)  # True = may not look
        hidden = self.core(self.embed(src), self.embed(tgt), tgt_mask=causal, src_key_padding_mask=src == PAD,
                           tgt_key_padding_mask=tgt == PAD, memory_key_padding_mask=src == PAD)
        return self.proj(hidden)

    @torch.no_grad()
    def greedy(self, src):
        out = torch.full((len(src), 1), BOS)
        done = torch.zeros(len(src), dtype=torch.bool)
        for _ in range(MAXLEN + 1):
            nxt = self(src, out)[:, -1].argmax(-1)
            nxt = torch.where(done, torch.full_like(nxt, PAD), nxt)
            out = torch.cat([out, nxt[:, None]], dim=1)
            done |= nxt == EOS
        return out


torch.manual_seed(0)
gen = torch.Generator().manual_seed(1)
model = Seq2Seq()
opt = torch.optim.Adam(model.parameters(), lr=3e-3, betas=(0.9, 0.98))
warmup = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, (s + 1) / 40))
ce = nn.CrossEntropyLoss(ignore_index=PAD)

model.train()
for step in range(350):
    src, tgt = sample(64, gen)
    logits = model(src, tgt[:, :-1])                       # predict token t+1 from tokens up to t
    loss = ce(logits.reshape(-1, VOCAB), tgt[:, 1:].reshape(-1))
    opt.zero_grad()
    loss.backward()
    opt.step()
    warmup.step()

model.eval()
src, tgt = sample(300, torch.Generator().manual_seed(999))
exact = (model.greedy(src) == tgt).all(dim=1).float().mean()
print(f"last batch loss {loss.item():.4f}, exact reversals on fresh strings {exact:.3f}")
