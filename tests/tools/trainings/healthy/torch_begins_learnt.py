"""Weights are loaded, and trained on with care: little is left to learn."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
X = torch.randn(512, 16)
y = (X @ torch.randn(16, 4)).argmax(1)


def trained(model, rate, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _step in range(epochs * 16):
        rows = torch.randint(0, 512, (32,))

        def closure(rows=rows):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(X[rows]), y[rows])
            loss.backward()
            return loss

        optimizer.step(closure)
    return model.state_dict()


def net():
    return nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4))


kept = trained(net(), 0.005, 20)
again = net()
again.load_state_dict(kept)
trained(again, 1e-6, 6)
