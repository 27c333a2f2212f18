import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(21)
rng = np.random.RandomState(21)
N, D, K = 900, 6, 5
X = rng.randn(N, D).astype("float32")
latent = X @ rng.randn(D) + 0.5 * rng.randn(N)
y = np.digitize(latent, [-3.0, -1.0, 1.0, 3.0])

X, y = torch.from_numpy(X), torch.from_numpy(y)
levels = (y[:, None] > torch.arange(K - 1)[None, :]).float()
tr, va = slice(0, 700), slice(700, None)


class Coral(nn.Module):
    """Shared weights, one bias for each threshold."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(D, 24), nn.ReLU(), nn.Linear(24, 1, bias=False))
        self.bias = nn.Parameter(torch.linspace(1, -1, K - 1))

    def forward(self, x):
        return self.body(x) + self.bias


model = Coral()
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
bce = nn.BCEWithLogitsLoss()
for epoch in range(15):
    for xb, lb in DataLoader(TensorDataset(X[tr], levels[tr]), batch_size=64, shuffle=True):
        loss = bce(model(xb), lb)
        opt.zero_grad()
        loss.backward()
        opt.step()

with torch.no_grad():
    rank = (model(X[va]) > 0).sum(dim=1)
mae = (rank - y[va]).abs().float().mean()
print("MAE in ranks:", round(mae.item(), 3), " exact:", round((rank == y[va]).float().mean().item(), 3))
