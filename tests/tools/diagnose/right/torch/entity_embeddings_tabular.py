import numpy as np
import pandas as pd
import torch
import torch.nn as nn
from sklearn.metrics import mean_absolute_error
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(1)
rng = np.random.default_rng(1)
n = 3000
df = pd.DataFrame({
    "store": rng.choice([f"S{i:02d}" for i in range(12)], n),
    "weekday": rng.choice(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], n),
    "promo": rng.integers(0, 2, n),
    "distance": rng.gamma(2.0, 3.0, n),
})
store_effect = {s: v for s, v in zip(sorted(df.store.unique()), rng.normal(0, 8, 12))}
df["sales"] = (50 + df.store.map(store_effect) + 10 * df.promo + 6 * df.weekday.isin(["sat", "sun"]) - 1.2 * df.distance + rng.normal(0, 3, n))

df = df.sample(frac=1, random_state=0).reset_index(drop=True)
train_df, valid_df = df.iloc[:2400].copy(), df.iloc[2400:].copy()

CAT, NUM, TARGET = ["store", "weekday"], ["promo", "distance"], "sales"
vocab = {c: {v: i + 1 for i, v in enumerate(sorted(train_df[c].unique()))} for c in CAT}  # 0 = unknown
num_mean, num_std = train_df[NUM].mean(), train_df[NUM].std()
t_mean, t_std = train_df[TARGET].mean(), train_df[TARGET].std()


class SalesDataset(Dataset):
    def __init__(self, frame):
        self.cat = np.stack([frame[c].map(vocab[c]).fillna(0).astype(int) for c in CAT], axis=1)
        self.num = ((frame[NUM] - num_mean) / num_std).to_numpy(np.float32)
        self.y = ((frame[TARGET] - t_mean) / t_std).to_numpy(np.float32)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return torch.from_numpy(self.cat[i]), torch.from_numpy(self.num[i]), self.y[i]


class EmbeddingNet(nn.Module):
    def __init__(self, cards, n_num):
        super().__init__()
        dims = [min(50, (c + 1) // 2) for c in cards]
        self.embs = nn.ModuleList(nn.Embedding(c, d) for c, d in zip(cards, dims))
        self.mlp = nn.Sequential(nn.Linear(sum(dims) + n_num, 64), nn.ReLU(), nn.Dropout(0.05), nn.Linear(64, 1))

    def forward(self, cat, num):
        z = torch.cat([e(cat[:, j]) for j, e in enumerate(self.embs)] + [num], dim=1)
        return self.mlp(z).squeeze(1)


train_loader = DataLoader(SalesDataset(train_df), batch_size=64, shuffle=True, drop_last=True)
valid_loader = DataLoader(SalesDataset(valid_df), batch_size=256)
model = EmbeddingNet([len(vocab[c]) + 1 for c in CAT], len(NUM))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.5)
loss_fn = nn.SmoothL1Loss()

for epoch in range(6):
    model.train()
    for cat, num, y in train_loader:
        optimizer.zero_grad()
        loss_fn(model(cat, num), y).backward()
        optimizer.step()
    scheduler.step()
    model.eval()
    with torch.no_grad():
        preds = torch.cat([model(c, x) for c, x, _ in valid_loader]).numpy() * t_std + t_mean
    print(epoch, "valid MAE", round(mean_absolute_error(valid_df[TARGET], preds), 3))
