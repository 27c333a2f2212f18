"""Bucketing sampler: sequences of similar length share a batch. Task: is the sum of the sequence positive?"""
import random

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset, Sampler


class Walks(Dataset):
    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        self.seqs = []
        for _ in range(n):
            length = int(torch.randint(3, 40, (1,), generator=g))
            self.seqs.append(torch.randn(length, generator=g))

    def __len__(self):
        return len(self.seqs)

    def __getitem__(self, i):
        s = self.seqs[i]
        return s, (s.sum() > 0).float()


class BucketBatchSampler(Sampler):
    def __init__(self, lengths, batch_size, seed=0):
        self.lengths, self.batch_size = lengths, batch_size
        self.rng = random.Random(seed)

    def __iter__(self):
        order = sorted(range(len(self.lengths)), key=lambda i: (self.lengths[i], self.rng.random()))
        batches = [order[i:i + self.batch_size] for i in range(0, len(order), self.batch_size)]
        self.rng.shuffle(batches)
        yield from batches

    def __len__(self):
        return (len(self.lengths) + self.batch_size - 1) // self.batch_size


def collate(items):
    seqs, labels = zip(*items)
    padded = pad_sequence(seqs, batch_first=True)
    lengths = torch.tensor([len(s) for s in seqs])
    mask = torch.arange(padded.size(1))[None, :] < lengths[:, None]
    return padded, mask, torch.stack(labels)


class MaskedMean(nn.Module):
    def __init__(self):
        super().__init__()
        self.phi = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 32))
        self.rho = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, x, mask):
        h = self.phi(x.unsqueeze(-1)) * mask.unsqueeze(-1)
        return self.rho(h.sum(1) / mask.sum(1, keepdim=True)).squeeze(-1)


torch.manual_seed(0)
train, test = Walks(2000, seed=1), Walks(600, seed=2)
train_dl = DataLoader(train, batch_sampler=BucketBatchSampler([len(s) for s in train.seqs], 50), collate_fn=collate)
test_dl = DataLoader(test, batch_size=200, collate_fn=collate)

net = MaskedMean()
opt = torch.optim.RMSprop(net.parameters(), lr=1e-3)
loss_fn = nn.BCEWithLogitsLoss()
wasted = total = 0
for epoch in range(8):
    for x, mask, y in train_dl:
        opt.zero_grad()
        loss_fn(net(x, mask), y).backward()
        opt.step()
        wasted += int((~mask).sum())
        total += mask.numel()

with torch.no_grad():
    hits = sum(((net(x, m) > 0) == y.bool()).sum().item() for x, m, y in test_dl)
print(f"padding {wasted / total:.1%} of the training tensors, test accuracy {hits / len(test):.3f}")
