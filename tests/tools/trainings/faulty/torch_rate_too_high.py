"""TRAIN004: a rate far too high, in a net that learns a part: the loss shows no sign, and a test of rates does."""

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

torch.manual_seed(7)
digits = load_digits()
X = (digits.images[:500] / 16.0).astype(np.float32)
y = digits.target[:500].astype(np.int64)
X_train, _, y_train, _ = train_test_split(X, y, test_size=0.25, random_state=0, stratify=y)
X_train, y_train = torch.tensor(X_train).unsqueeze(1), torch.tensor(y_train)
model = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1),
    nn.ReLU(),
    nn.Conv2d(8, 8, 3, padding=1),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(512, 10),
)
optimizer = torch.optim.RMSprop(model.parameters(), lr=0.1)
for _epoch in range(12):
    order = torch.randperm(len(X_train))
    for start in range(0, len(order), 8):
        rows = order[start : start + 8]
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(X_train[rows]), y_train[rows])
        loss.backward()
        optimizer.step()
