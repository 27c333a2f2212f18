import numpy as np
import pandas as pd
import torch
from sklearn.metrics import roc_auc_score
from torch import nn
from torch.utils.data import DataLoader, Dataset

CAT, NUM, TARGET = ["grade", "purpose", "region"], ["income", "amount", "years_employed"], "defaulted"


class Encoder:
    """Everything learnt here comes from the frame given to fit()."""

    def fit(self, df):
        self.maps = {c: {v: i + 1 for i, v in enumerate(sorted(df[c].dropna().unique()))} for c in CAT}  # 0: unseen or missing
        num = self._num(df)
        self.median = num.median()
        filled = num.fillna(self.median)
        self.mean, self.std = filled.mean(), filled.std()
        return self

    @staticmethod
    def _num(df):
        return df[NUM].assign(income=np.log(df["income"]), amount=np.log(df["amount"]))

    def transform(self, df):
        cat = np.stack([df[c].map(self.maps[c]).fillna(0).astype(int) for c in CAT], axis=1)
        num = self._num(df)
        missing = num.isna().astype(float)
        z = (num.fillna(self.median) - self.mean) / self.std
        return cat, np.hstack([z, missing]).astype(np.float32)


class Frame(Dataset):
    def __init__(self, enc, df):
        cat, num = enc.transform(df)
        self.cat, self.num = torch.from_numpy(cat), torch.from_numpy(num)
        self.y = torch.tensor(df[TARGET].to_numpy(), dtype=torch.float32)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.cat[i], self.num[i], self.y[i]


class Net(nn.Module):
    def __init__(self, sizes, n_num):
        super().__init__()
        dims = [min(8, (s + 1) // 2) for s in sizes]
        self.embs = nn.ModuleList(nn.Embedding(s, d) for s, d in zip(sizes, dims))
        self.body = nn.Sequential(nn.Linear(sum(dims) + n_num, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 1))

    def forward(self, cat, num):
        e = [emb(cat[:, j]) for j, emb in enumerate(self.embs)]
        return self.body(torch.cat([*e, num], dim=1)).squeeze(1)


torch.manual_seed(42)
loans = pd.read_csv("loans.csv", parse_dates=["issued"]).sort_values("issued")
past, recent = loans.iloc[:1350], loans.iloc[1350:]       # older loans train, newer loans test
enc = Encoder().fit(past)
net = Net([len(m) + 1 for m in enc.maps.values()], 2 * len(NUM))
opt = torch.optim.Adam(net.parameters(), lr=2e-3, weight_decay=1e-4)
loss_fn = nn.BCEWithLogitsLoss()
for epoch in range(15):
    net.train()
    for cat, num, y in DataLoader(Frame(enc, past), batch_size=64, shuffle=True):
        opt.zero_grad()
        loss_fn(net(cat, num), y).backward()
        opt.step()

net.eval()
test = Frame(enc, recent)
with torch.no_grad():
    logits = net(test.cat, test.num)                      # AUC needs only the ranking, logits will do
print(f"AUC on newer loans {roc_auc_score(test.y.numpy(), logits.numpy()):.3f}")
