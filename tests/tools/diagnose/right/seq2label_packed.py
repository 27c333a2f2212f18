"""Sequences of different lengths: which of two patterns produced them. pad + pack."""
import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(9)


class Waves(Dataset):
    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        self.items = []
        for _ in range(n):
            length = int(torch.randint(10, 31, (1,), generator=g))
            label = int(torch.randint(0, 2, (1,), generator=g))
            t = torch.arange(length) * (0.5 if label else 0.9) + 6.28 * torch.rand(1, generator=g)
            self.items.append((torch.sin(t) + 0.2 * torch.randn(length, generator=g), label))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, k):
        return self.items[k]


def collate(batch):
    seqs, labels = zip(*batch)
    lengths = torch.tensor([len(s) for s in seqs])
    return pad_sequence(seqs, batch_first=True).unsqueeze(-1), lengths, torch.tensor(labels)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(1, 16, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(32, 2)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.rnn(packed)
        return self.fc(torch.cat([h[-2], h[-1]], dim=1))


train = DataLoader(Waves(600, 1), batch_size=50, shuffle=True, collate_fn=collate)
test = DataLoader(Waves(200, 2), batch_size=100, collate_fn=collate)
model = Classifier()
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
ce = nn.CrossEntropyLoss()

for epoch in range(6):
    model.train()
    for x, n, y in train:
        loss = ce(model(x, n), y)
        opt.zero_grad()
        loss.backward()
        opt.step()

model.eval()
hits = 0
with torch.no_grad():
    for x, n, y in test:
        hits += (model(x, n).argmax(-1) == y).sum().item()
print("accuracy on new sequences:", hits / len(test.dataset))
