"""Train a small GRU language model on a probabilistic grammar; compare greedy and beam decoding."""
import random
from typing import List, NamedTuple

import torch
from torch import nn
import torch.nn.functional as F

WORDS = ["<pad>", "<s>", "</s>", "the", "a", "cat", "dog", "bird", "sees", "chases", "hears", "old", "small"]
W2I = {w: i for i, w in enumerate(WORDS)}


def noun_phrase(rng):
    np_ = [rng.choice(["the", "the", "a"])]
    if rng.random() < 0.4:
        np_.append(rng.choice(["old", "small"]))
    np_.append(rng.choice(["cat", "dog", "bird"]))
    return np_


def sentence(rng):
    return ["<s>"] + noun_phrase(rng) + [rng.choice(["sees", "chases", "hears"])] + noun_phrase(rng) + ["</s>"]


class GRULM(nn.Module):
    def __init__(self, vocab, dim=32):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.gru = nn.GRU(dim, dim, batch_first=True)
        self.proj = nn.Linear(dim, vocab)

    def forward(self, ids, h=None):
        out, h = self.gru(self.embed(ids), h)
        return self.proj(out), h


class Hyp(NamedTuple):
    tokens: List[int]
    logp: float
    state: torch.Tensor


@torch.no_grad()
def beam_search(lm, width=4, max_len=12, alpha=0.7):
    lm.eval()
    beams = [Hyp([W2I["<s>"]], 0.0, None)]
    finished = []
    for _ in range(max_len):
        cand = []
        for hyp in beams:
            logits, state = lm(torch.tensor([[hyp.tokens[-1]]]), hyp.state)
            logp = F.log_softmax(logits[0, -1], dim=-1)
            top = logp.topk(width)
            for lp, tok in zip(top.values.tolist(), top.indices.tolist()):
                cand.append(Hyp(hyp.tokens + [tok], hyp.logp + lp, state))
        cand.sort(key=lambda h: h.logp, reverse=True)
        beams = []
        for hyp in cand[:width]:
            (finished if hyp.tokens[-1] == W2I["</s>"] else beams).append(hyp)
        if not beams:
            break
    pool = finished or beams
    return max(pool, key=lambda h: h.logp / ((len(h.tokens) - 1) ** alpha))


def main():
    rng = random.Random(0)
    torch.manual_seed(0)
    sents = [torch.tensor([W2I[w] for w in sentence(rng)]) for _ in range(800)]
    lm = GRULM(len(WORDS))
    opt = torch.optim.Adam(lm.parameters(), lr=5e-3)
    for epoch in range(5):
        rng.shuffle(sents)
        lm.train()
        total, ntok = 0.0, 0
        for i in range(0, len(sents), 40):
            ids = nn.utils.rnn.pad_sequence(sents[i:i + 40], batch_first=True)
            logits, _ = lm(ids[:, :-1])
            gold = ids[:, 1:]
            loss = F.cross_entropy(logits.flatten(0, 1), gold.flatten(), ignore_index=0)
            opt.zero_grad()
            loss.backward()
            opt.step()
            k = (gold != 0).sum().item()
            total, ntok = total + loss.item() * k, ntok + k
        print(f"epoch {epoch} nll/token {total / ntok:.3f}")
    for width in (1, 4):
        h = beam_search(lm, width)
        print(width, round(h.logp, 3), " ".join(WORDS[t] for t in h.tokens[1:-1]))


if __name__ == "__main__":
    main()
