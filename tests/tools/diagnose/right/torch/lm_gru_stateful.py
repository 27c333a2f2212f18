"""Word-level GRU language model: contiguous chunks, the hidden state is carried and detached."""
import math
import torch
import torch.nn as nn

torch.manual_seed(0)
base = ("the sun rises in the east and sets in the west <eos> the moon follows the sun <eos> "
        "rain falls on the hills and runs to the sea <eos> the sea gives the rain back <eos>").split()
order = torch.randint(0, 4, (400,)).tolist()
sents = " ".join(base).split(" <eos>")[:4]
tokens = [w for k in order for w in sents[k].split() + ["<eos>"]]
vocab = {w: i for i, w in enumerate(sorted(set(tokens)))}
ids = torch.tensor([vocab[w] for w in tokens])
cut = int(len(ids) * 0.85)


def batchify(x, bsz):
    n = len(x) // bsz
    return x[:n * bsz].view(bsz, n).t().contiguous()          # (n, bsz)


class LM(nn.Module):
    def __init__(self, V, d=32, p=0.2):
        super().__init__()
        self.emb = nn.Embedding(V, d)
        nn.init.uniform_(self.emb.weight, -0.1, 0.1)
        self.rnn = nn.GRU(d, d)
        self.drop = nn.Dropout(p)
        self.out = nn.Linear(d, V)
        self.out.weight = self.emb.weight

    def forward(self, x, h=None):
        o, h = self.rnn(self.drop(self.emb(x)), h)
        return self.out(self.drop(o)), h


def chunks(data, bptt):
    for i in range(0, len(data) - 1, bptt):
        n = min(bptt, len(data) - 1 - i)
        yield data[i:i + n], data[i + 1:i + 1 + n]


train, val = batchify(ids[:cut], 8), batchify(ids[cut:], 4)
model = LM(len(vocab))
opt = torch.optim.SGD(model.parameters(), lr=1.0)
crit = nn.CrossEntropyLoss()
for epoch in range(4):
    model.train()
    h = None
    for x, y in chunks(train, 15):
        if h is not None:
            h = h.detach()
        logits, h = model(x, h)
        loss = crit(logits.reshape(-1, logits.size(-1)), y.reshape(-1))
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        opt.step()
    model.eval()
    total, count, h = 0.0, 0, None
    with torch.no_grad():
        for x, y in chunks(val, 15):
            logits, h = model(x, h)
            total += crit(logits.flatten(0, 1), y.flatten()).item() * y.numel()
            count += y.numel()
    print(f"epoch {epoch}: perplexity {math.exp(total / count):.2f}")

itos = list(vocab)
words, h, x = ["the"], None, torch.tensor([[vocab["the"]]])
with torch.no_grad():
    for _ in range(12):
        logits, h = model(x, h)
        x = torch.multinomial(logits[-1].softmax(-1), 1)
        words.append(itos[x.item()])
print(" ".join(words))
