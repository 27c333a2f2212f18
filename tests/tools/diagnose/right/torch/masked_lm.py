"""BERT-like masked language modelling on a toy grammar (80/10/10 rule)."""
import torch
import torch.nn as nn

torch.manual_seed(0)
PAD, MASK, FIRST, V, L = 0, 1, 2, 22, 12


def grammar(n):
    start = torch.randint(0, 20, (n, 1))
    step = torch.randint(1, 4, (n, 1))
    x = (start + step * torch.arange(L)) % 20 + FIRST
    length = torch.randint(6, L + 1, (n, 1))
    return x.masked_fill(torch.arange(L) >= length, PAD)


def corrupt(x, p=0.15):
    labels = x.clone()
    chosen = (torch.rand(x.shape) < p) & (x != PAD)
    chosen[torch.arange(len(x)), torch.randint(0, 6, (len(x),))] = True     # at least one a row
    labels[~chosen] = -100
    r = torch.rand(x.shape)
    inp = x.clone()
    inp[chosen & (r < 0.8)] = MASK
    swap = chosen & (r >= 0.8) & (r < 0.9)
    inp[swap] = torch.randint(FIRST, V, (int(swap.sum()),))
    return inp, labels


class Bert(nn.Module):
    def __init__(self, d=48):
        super().__init__()
        self.tok = nn.Embedding(V, d, padding_idx=PAD)
        self.pos = nn.Parameter(torch.randn(1, L, d) * 0.5)
        enc = nn.TransformerEncoderLayer(d, 4, 96, dropout=0.0, activation="gelu", batch_first=True)
        self.enc = nn.TransformerEncoder(enc, 2, enable_nested_tensor=False)
        self.head = nn.Linear(d, V)

    def forward(self, x):
        h = self.tok(x) + self.pos[:, :x.size(1)]
        return self.head(self.enc(h, src_key_padding_mask=x.eq(PAD)))


model = Bert()
opt = torch.optim.AdamW(model.parameters(), lr=2e-3)
crit = nn.CrossEntropyLoss(ignore_index=-100)
model.train()
for step in range(450):
    inp, labels = corrupt(grammar(24))
    loss = crit(model(inp).view(-1, V), labels.view(-1))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, round(loss.item(), 3))

model.eval()
with torch.no_grad():
    inp, labels = corrupt(grammar(300))
    m = labels != -100
    acc = (model(inp).argmax(-1)[m] == labels[m]).float().mean().item()
print("accuracy at chosen places", round(acc, 3))
