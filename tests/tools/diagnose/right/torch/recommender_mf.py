import numpy as np
import torch
from torch import nn
from torch.utils.data import Dataset, DataLoader

SEED = 17
np.random.seed(SEED)
torch.manual_seed(SEED)
N_USERS, N_ITEMS = 80, 60

P, Q = np.random.normal(0, 0.7, (N_USERS, 4)), np.random.normal(0, 0.7, (N_ITEMS, 4))
full = np.clip(3.5 + P @ Q.T + np.random.normal(0, 0.3, (N_USERS, N_ITEMS)), 1, 5)
uu, ii = np.where(np.random.rand(N_USERS, N_ITEMS) < 0.4)
order = np.random.permutation(len(uu))
uu, ii = uu[order], ii[order]
cut = int(0.85 * len(uu))


class Ratings(Dataset):
    def __init__(self, users, items):
        self.u = torch.as_tensor(users, dtype=torch.long)
        self.i = torch.as_tensor(items, dtype=torch.long)
        self.r = torch.as_tensor(full[users, items], dtype=torch.float32)

    def __len__(self):
        return len(self.r)

    def __getitem__(self, k):
        return self.u[k], self.i[k], self.r[k]


class MF(nn.Module):
    def __init__(self, n_u, n_i, k, mean):
        super().__init__()
        self.pu, self.qi = nn.Embedding(n_u, k), nn.Embedding(n_i, k)
        self.bu, self.bi = nn.Embedding(n_u, 1), nn.Embedding(n_i, 1)
        self.register_buffer("mean", torch.tensor(mean))
        for e in (self.pu, self.qi):
            nn.init.normal_(e.weight, std=0.1)
        for e in (self.bu, self.bi):
            nn.init.zeros_(e.weight)

    def forward(self, u, i):
        dot = (self.pu(u) * self.qi(i)).sum(dim=1)
        return self.mean + self.bu(u).squeeze(1) + self.bi(i).squeeze(1) + dot


train_ds, test_ds = Ratings(uu[:cut], ii[:cut]), Ratings(uu[cut:], ii[cut:])
train_dl, test_dl = DataLoader(train_ds, 64, shuffle=True), DataLoader(test_ds, 256)
model = MF(N_USERS, N_ITEMS, 8, train_ds.r.mean().item())
opt = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=1e-4)
mse = nn.MSELoss()

for epoch in range(10):
    model.train()
    for u, i, r in train_dl:
        loss = mse(model(u, i), r)
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    se = 0.0
    with torch.no_grad():
        for u, i, r in test_dl:
            se += (model(u, i) - r).pow(2).sum().item()
    if epoch % 3 == 0:
        print(f"epoch {epoch} test RMSE {np.sqrt(se / len(test_ds)):.3f}")
