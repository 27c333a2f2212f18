"""Two parts of one table, kept apart, and a third data set with the rows for training once more."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(0)
y = torch.arange(480) % 3
X = torch.randn(480, 8) + 3 * nn.functional.one_hot(y, 8)
table = TensorDataset(X, y)
for_training, held_out = random_split(table, [360, 120])
rows_for_training, rows_to_judge = DataLoader(for_training, 32, shuffle=True), DataLoader(held_out, 60)
again = DataLoader(torch.utils.data.Subset(for_training, range(100)), 50)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for _epoch in range(3):
    for rows, labels in rows_for_training:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(rows), labels)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        known = sum(int((model(rows).argmax(1) == labels).sum()) for rows, labels in again)
        right = sum(int((model(rows).argmax(1) == labels).sum()) for rows, labels in rows_to_judge)
