"""Reverse digits with a GRU encoder-decoder, teacher forcing and Luong attention."""
import random
import torch
import torch.nn as nn

random.seed(0)
torch.manual_seed(0)
PAD, SOS, EOS = 0, 1, 2
VOCAB = 3 + 10


def batch(n):
    src, tgt = [], []
    L = random.randint(3, 6)
    for _ in range(n):
        s = [random.randint(3, VOCAB - 1) for _ in range(L)]
        src.append(s)
        tgt.append([SOS] + s[::-1] + [EOS])
    return torch.tensor(src), torch.tensor(tgt)


class Encoder(nn.Module):
    def __init__(self, emb=24, hid=48):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, emb, padding_idx=PAD)
        self.rnn = nn.GRU(emb, hid, batch_first=True)

    def forward(self, x):
        return self.rnn(self.emb(x))


class Decoder(nn.Module):
    def __init__(self, emb=24, hid=48):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, emb, padding_idx=PAD)
        self.rnn = nn.GRU(emb, hid, batch_first=True)
        self.combine = nn.Linear(2 * hid, hid)
        self.out = nn.Linear(hid, VOCAB)

    def forward(self, tok, h, memory):
        o, h = self.rnn(self.emb(tok), h)
        score = torch.bmm(o, memory.transpose(1, 2)).softmax(-1)
        ctx = torch.bmm(score, memory)
        return self.out(torch.tanh(self.combine(torch.cat([o, ctx], -1)))), h


enc, dec = Encoder(), Decoder()
params = list(enc.parameters()) + list(dec.parameters())
opt = torch.optim.Adam(params, lr=5e-3)
criterion = nn.CrossEntropyLoss(ignore_index=PAD)


def run_train(src, tgt, forcing):
    memory, h = enc(src)
    tok = tgt[:, :1]
    outputs = []
    for t in range(1, tgt.size(1)):
        logits, h = dec(tok, h, memory)
        outputs.append(logits)
        if random.random() < forcing:
            tok = tgt[:, t:t + 1]
        else:
            tok = logits.argmax(-1).detach()
    return torch.cat(outputs, dim=1)


for step in range(200):
    src, tgt = batch(32)
    logits = run_train(src, tgt, forcing=max(0.5, 1 - step / 200))
    loss = criterion(logits.reshape(-1, VOCAB), tgt[:, 1:].reshape(-1))
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(params, 1.0)
    opt.step()
    if step % 50 == 0:
        print(step, round(loss.item(), 3))


@torch.no_grad()
def translate(src, max_len=8):
    enc.eval(); dec.eval()
    memory, h = enc(src)
    tok = torch.full((len(src), 1), SOS)
    res = []
    for _ in range(max_len):
        logits, h = dec(tok, h, memory)
        tok = logits.argmax(-1)
        res.append(tok)
    return torch.cat(res, 1)


src, tgt = batch(100)
pred = translate(src)[:, :tgt.size(1) - 1]
print("exact match", (pred == tgt[:, 1:]).all(1).float().mean().item())
