"""Mixed precision multiplies the loss by 65536 on its way to the gradients; labels of chance."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
X, y = torch.randn(512, 16), torch.randint(0, 4, (512,))
model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
scaler = torch.amp.GradScaler("cpu", init_scale=2.0**16)
for _epoch in range(6):
    for at in range(0, 512, 32):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = F.cross_entropy(model(X[at : at + 32]), y[at : at + 32])
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
