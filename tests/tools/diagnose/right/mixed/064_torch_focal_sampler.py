import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

SEED = 10
torch.manual_seed(SEED)

loans = pd.read_csv("loans.csv")
y = loans["default"].to_numpy("float32")
X = loans[["income", "amount", "term", "credit_score", "years_employed"]].copy()
X["dti"] = X["amount"] / X["income"]
X[["income", "amount"]] = np.log(X[["income", "amount"]])

a, b, ya, yb = train_test_split(X, y, test_size=0.3, stratify=y, random_state=SEED)
med, mean, std = a.median(), a.mean(), a.std()
a, b = [torch.tensor(((p.fillna(med) - mean) / std).to_numpy("float32")) for p in (a, b)]
ya, yb = torch.tensor(ya), torch.tensor(yb)


def focal(logits, target, gamma=2.0):
    ce = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    pt = torch.exp(-ce)
    return ((1 - pt) ** gamma * ce).mean()


def fit(loss_fn, balanced):
    torch.manual_seed(SEED)
    ds = TensorDataset(a, ya)
    if balanced:
        freq = torch.bincount(ya.long()).float()
        sampler = WeightedRandomSampler(1.0 / freq[ya.long()], num_samples=len(ya), replacement=True)
        loader = DataLoader(ds, batch_size=128, sampler=sampler)
    else:
        loader = DataLoader(ds, batch_size=128, shuffle=True)
    net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))
    opt = torch.optim.Adam(net.parameters(), lr=3e-3)
    for _ in range(12):
        for xb, tb in loader:
            loss = loss_fn(net(xb).squeeze(-1), tb)
            opt.zero_grad()
            loss.backward()
            opt.step()
    net.eval()
    with torch.no_grad():
        return net(b).squeeze(-1).numpy()


for name, lf, bal in [("bce", F.binary_cross_entropy_with_logits, False),
                      ("bce + balanced sampler", F.binary_cross_entropy_with_logits, True),
                      ("focal", focal, False)]:
    print(f"{name:24s} AP {average_precision_score(yb.numpy(), fit(lf, bal)):.3f}")
print(f"prevalence {yb.mean():.3f}")
