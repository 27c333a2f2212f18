import random
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence, pack_padded_sequence, pad_packed_sequence
from torch.utils.data import DataLoader

random.seed(9)
torch.manual_seed(9)
LEX = {
    "DET": ["the", "a", "every"], "ADJ": ["red", "old", "tall", "quiet"],
    "NOUN": ["cat", "house", "ship", "walk", "watch"], "VERB": ["sees", "likes", "walk", "watch", "holds"],
}
tags = {t: i for i, t in enumerate(["DET", "ADJ", "NOUN", "VERB"])}
vocab = {w: i + 1 for i, w in enumerate(sorted({w for ws in LEX.values() for w in ws}))}
IGNORE = -100


def sentence():
    def np_():
        return ["DET"] + ["ADJ"] * random.randint(0, 2) + ["NOUN"]
    ts = np_() + ["VERB"] + (np_() if random.random() < 0.7 else [])
    ws = [random.choice(LEX[t]) for t in ts]
    return torch.tensor([vocab[w] for w in ws]), torch.tensor([tags[t] for t in ts])


def collate(rows):
    rows = sorted(rows, key=lambda r: len(r[0]), reverse=True)
    xs, ys = zip(*rows)
    return (pad_sequence(xs, batch_first=True), pad_sequence(ys, batch_first=True, padding_value=IGNORE),
            torch.tensor([len(x) for x in xs]))


class Tagger(nn.Module):
    def __init__(self, V, T):
        super().__init__()
        self.emb = nn.Embedding(V, 12, padding_idx=0)
        self.rnn = nn.LSTM(12, 16, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(32, T)

    def forward(self, x, lens):
        h = pack_padded_sequence(self.drop(self.emb(x)), lens, batch_first=True)
        h, _ = pad_packed_sequence(self.rnn(h)[0], batch_first=True)
        return self.out(self.drop(h))


model = Tagger(len(vocab) + 1, len(tags))
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
loss_fn = nn.CrossEntropyLoss(ignore_index=IGNORE)
train = DataLoader([sentence() for _ in range(400)], batch_size=32, shuffle=True, collate_fn=collate)
test = DataLoader([sentence() for _ in range(100)], batch_size=50, collate_fn=collate)

for epoch in range(3):
    model.train()
    for x, y, lens in train:
        logits = model(x, lens)
        loss = loss_fn(logits.transpose(1, 2), y)       # (B, C, L) against (B, L)
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    right = total = 0
    with torch.no_grad():
        for x, y, lens in test:
            mask = y != IGNORE
            pred = model(x, lens).argmax(-1)
            right += ((pred == y) & mask).sum().item()
            total += mask.sum().item()
    print(f"epoch {epoch}: token accuracy {right / total:.3f}")
