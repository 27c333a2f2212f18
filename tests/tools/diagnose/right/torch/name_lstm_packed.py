import random
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader

random.seed(1)
torch.manual_seed(1)

VOWELS, CONS = "aeiou", "bcdfgklmnprstvz"
PAD = 0
stoi = {c: i + 1 for i, c in enumerate(VOWELS + CONS)}


def make_word(kind):
    n = random.randint(2, 5)
    if kind == 0:      # open syllables
        return "".join(random.choice(CONS) + random.choice(VOWELS) for _ in range(n))
    return "".join(random.choice(VOWELS) + random.choice(CONS) + random.choice(CONS) for _ in range(n))


def make_split(n):
    rows = []
    for _ in range(n):
        kind = random.randint(0, 1)
        rows.append((torch.tensor([stoi[c] for c in make_word(kind)]), kind))
    return rows


def collate(batch):
    seqs, labels = zip(*batch)
    lengths = torch.tensor([len(s) for s in seqs])
    padded = pad_sequence(seqs, batch_first=True, padding_value=PAD)
    return padded, lengths, torch.tensor(labels)


class WordClassifier(nn.Module):
    def __init__(self, vocab, emb=16, hid=24, n_classes=2):
        super().__init__()
        self.emb = nn.Embedding(vocab, emb, padding_idx=PAD)
        self.lstm = nn.LSTM(emb, hid, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hid, n_classes)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.emb(x), lengths.cpu(), batch_first=True, enforce_sorted=False)
        _, (h, _) = self.lstm(packed)
        return self.fc(torch.cat([h[-2], h[-1]], dim=-1))


train_loader = DataLoader(make_split(400), batch_size=32, shuffle=True, collate_fn=collate)
test_loader = DataLoader(make_split(100), batch_size=50, collate_fn=collate)

model = WordClassifier(len(stoi) + 1)
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(3):
    model.train()
    for x, lengths, y in train_loader:
        opt.zero_grad()
        loss = loss_fn(model(x, lengths), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
    model.eval()
    hits = 0
    with torch.no_grad():
        for x, lengths, y in test_loader:
            hits += (model(x, lengths).argmax(-1) == y).sum().item()
    print(epoch, "accuracy", hits / len(test_loader.dataset))
