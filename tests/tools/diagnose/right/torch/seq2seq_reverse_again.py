"""GRU encoder-decoder with dot attention: spell a digit string backwards."""
import random
import torch
import torch.nn as nn

PAD, BOS, EOS, OFF = 0, 1, 2, 3
VOCAB = OFF + 10
MAXLEN = 6


def draw(rng, held_out):
    """Strings whose digit sum divides by five are never trained on."""
    while True:
        s = [rng.randrange(10) for _ in range(rng.randint(2, MAXLEN))]
        if (sum(s) % 5 == 0) == held_out:
            return [k + OFF for k in s]


def make_batch(n, rng, held_out=False):
    src, tgt = [], []
    for _ in range(n):
        s = draw(rng, held_out)
        src.append(torch.tensor(s))
        tgt.append(torch.tensor([BOS] + s[::-1] + [EOS]))
    pad = nn.utils.rnn.pad_sequence
    return pad(src, batch_first=True, padding_value=PAD), pad(tgt, batch_first=True, padding_value=PAD)


class Seq2Seq(nn.Module):
    def __init__(self, d=64):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, d, padding_idx=PAD)
        self.enc = nn.GRU(d, d, batch_first=True)
        self.dec = nn.GRU(d, d, batch_first=True)
        self.out = nn.Linear(2 * d, VOCAB)

    def encode(self, src):
        lengths = (src != PAD).sum(1)
        packed = nn.utils.rnn.pack_padded_sequence(self.emb(src), lengths, batch_first=True, enforce_sorted=False)
        h, last = self.enc(packed)
        h, _ = nn.utils.rnn.pad_packed_sequence(h, batch_first=True, total_length=src.size(1))
        return h, last

    def decode(self, tokens, state, memory, src):
        o, state = self.dec(self.emb(tokens), state)
        score = o @ memory.transpose(1, 2)
        score = score.masked_fill((src == PAD)[:, None, :], float("-inf"))
        ctx = score.softmax(-1) @ memory
        return self.out(torch.cat([o, ctx], -1)), state

    def forward(self, src, tgt_in):
        memory, state = self.encode(src)
        logits, _ = self.decode(tgt_in, state, memory, src)
        return logits

    @torch.no_grad()
    def generate(self, src, steps=MAXLEN + 1):
        memory, state = self.encode(src)
        tok = torch.full((len(src), 1), BOS)
        outs = []
        for _ in range(steps):
            logits, state = self.decode(tok, state, memory, src)
            tok = logits.argmax(-1)
            outs.append(tok)
        return torch.cat(outs, 1)


def exact_match(model, rng, n=300):
    model.eval()
    src, tgt = make_batch(n, rng, held_out=True)
    gen = model.generate(src)
    good = 0
    for g, t in zip(gen.tolist(), tgt.tolist()):
        want = [k for k in t[1:] if k != PAD]
        good += g[: len(want)] == want
    return good / n


def main():
    torch.manual_seed(0)
    rng = random.Random(0)
    model = Seq2Seq()
    opt = torch.optim.Adam(model.parameters(), lr=4e-3)
    ce = nn.CrossEntropyLoss(ignore_index=PAD)
    for step in range(1, 501):
        model.train()
        src, tgt = make_batch(64, rng)
        logits = model(src, tgt[:, :-1])
        loss = ce(logits.reshape(-1, VOCAB), tgt[:, 1:].reshape(-1))
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        if step % 250 == 0:
            print(step, round(loss.item(), 4), "exact match", exact_match(model, random.Random(999)))


if __name__ == "__main__":
    main()
