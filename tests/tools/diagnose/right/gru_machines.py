"""Failure prediction from the last 12 hours of each machine; machines are split, never the rows of one."""
import numpy as np
import pandas as pd
import torch
import torch.nn as nn
from sklearn.metrics import average_precision_score, roc_auc_score
from torch.utils.data import DataLoader, TensorDataset

SEED, L = 5, 12
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)

df = pd.read_csv("machines.csv").sort_values(["machine_id", "hour"])
FEATS = ["temperature", "vibration", "pressure"]
ids = rng.permutation(df["machine_id"].unique())
tr_ids, va_ids, te_ids = ids[:26], ids[26:32], ids[32:]

stats = df.loc[df["machine_id"].isin(tr_ids), FEATS].agg(["mean", "std"])


def make(ids):
    xs, ys = [], []
    for _, g in df[df["machine_id"].isin(ids)].groupby("machine_id"):
        v = ((g[FEATS] - stats.loc["mean"]) / stats.loc["std"]).to_numpy("float32")
        lab = g["fails_next_day"].to_numpy("float32")
        for e in range(L, len(g) + 1):
            xs.append(v[e - L:e])
            ys.append(lab[e - 1])
    return torch.from_numpy(np.stack(xs)), torch.tensor(ys)


xtr, ytr = make(tr_ids)
xva, yva = make(va_ids)
xte, yte = make(te_ids)
print(xtr.shape, "positives:", f"{ytr.mean():.3f}")


class GRUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(len(FEATS), 16, batch_first=True)
        self.out = nn.Linear(16, 1)

    def forward(self, x):
        _, h = self.gru(x)
        return self.out(h[-1]).squeeze(-1)


net = GRUNet()
pos_weight = (ytr == 0).sum() / (ytr == 1).sum()
crit = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
best, keep = -1.0, None
for ep in range(10):
    net.train()
    for xb, yb in DataLoader(TensorDataset(xtr, ytr), batch_size=64, shuffle=True):
        opt.zero_grad()
        loss = crit(net(xb), yb)
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        ap = average_precision_score(yva.numpy(), net(xva).numpy())
    if ap > best:
        best, keep = ap, {k: v.detach().clone() for k, v in net.state_dict().items()}
    print(ep, round(loss.item(), 3), round(ap, 3))

net.load_state_dict(keep)
net.eval()
with torch.no_grad():
    s = net(xte).numpy()
print("test AP %.3f, ROC AUC %.3f" % (average_precision_score(yte.numpy(), s), roc_auc_score(yte.numpy(), s)))
