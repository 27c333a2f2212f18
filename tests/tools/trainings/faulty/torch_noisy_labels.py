"""TRAIN018: one label in four was drawn at random."""

import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(0)
data = load_digits()
X = torch.tensor(data.data, dtype=torch.float32) / 16
y = torch.tensor(data.target)
wrong = torch.rand(len(y)) < 0.25
y[wrong] = torch.randint(0, 10, (int(wrong.sum()),))
order = torch.randperm(len(X))
train, test = order[:1200], order[1200:]
model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _epoch in range(6):
    for at in range(0, len(train), 32):
        rows = train[at : at + 32]
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        print(float(nn.functional.cross_entropy(model(X[test]), y[test])))
