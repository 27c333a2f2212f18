import numpy as np
import torch
from torch import nn

torch.manual_seed(0)

rng = np.random.default_rng(0)
table = np.column_stack([rng.normal(size=(300, 4)), rng.integers(0, 3, 300)])
features = torch.from_numpy(table[:, :4]).float()
labels = torch.from_numpy(table[:, 4]).float()

model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
loss_function = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(20):
    optimizer.zero_grad()
    loss = loss_function(model(features), labels)
    loss.backward()
    optimizer.step()
print("done", loss.item())
