"""TRAIN025: the loader for training has the whole table, of which a part is to judge by."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(0)
y = torch.arange(480) % 3
X = torch.randn(480, 8) + 3 * nn.functional.one_hot(y, 8)
table = TensorDataset(X, y)
_, held_out = random_split(table, [360, 120])
rows_for_training, rows_to_judge = DataLoader(table, 32, shuffle=True), DataLoader(held_out, 60)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for _epoch in range(3):
    for rows, labels in rows_for_training:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(rows), labels)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        right = sum(int((model(rows).argmax(1) == labels).sum()) for rows, labels in rows_to_judge)
