"""Movie recommender: biased matrix factorisation, split by time."""
import pandas as pd
import torch
import torch.nn as nn

torch.manual_seed(7)
r = pd.read_csv("ratings.csv").sort_values("ts").reset_index(drop=True)
cut = int(len(r) * 0.85)
train, test = r.iloc[:cut], r.iloc[cut:]

# only users and movies which have been seen in training can be scored
known = test["user"].isin(train["user"]) & test["movie"].isin(train["movie"])
print(f"test ratings: {len(test)}, of them with known user and movie: {known.sum()}")
test = test[known]

n_users, n_movies = r["user"].max() + 1, r["movie"].max() + 1
mu = float(train["rating"].mean())


class MF(nn.Module):
    def __init__(self, nu, ni, k=3):
        super().__init__()
        self.u, self.i = nn.Embedding(nu, k), nn.Embedding(ni, k)
        self.bu, self.bi = nn.Embedding(nu, 1), nn.Embedding(ni, 1)
        for e in (self.u, self.i):
            nn.init.normal_(e.weight, std=0.1)
        for e in (self.bu, self.bi):
            nn.init.zeros_(e.weight)

    def forward(self, u, i):
        return mu + self.bu(u).squeeze(-1) + self.bi(i).squeeze(-1) + (self.u(u) * self.i(i)).sum(-1)


def tensors(d):
    return torch.tensor(d["user"].to_numpy()), torch.tensor(d["movie"].to_numpy()), torch.tensor(d["rating"].to_numpy(), dtype=torch.float32)


u, i, y = tensors(train)
model = MF(n_users, n_movies)
opt = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-3)
for epoch in range(25):
    model.train()
    for b in torch.randperm(len(y)).split(128):
        opt.zero_grad()
        loss = ((model(u[b], i[b]) - y[b]) ** 2).mean()
        loss.backward()
        opt.step()

model.eval()
with torch.no_grad():
    tu, ti, ty = tensors(test)
    pred = model(tu, ti).clamp(0.5, 5)
    rmse = ((pred - ty) ** 2).mean().sqrt().item()
    base = ((mu - ty) ** 2).mean().sqrt().item()
print(f"RMSE {rmse:.3f} (global mean {base:.3f})")
