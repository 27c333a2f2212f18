"""A hyper-parameter sweep: validation picks, the test set is used once."""
import itertools
import torch
from torch import nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

X, y = load_digits(return_X_y=True)
X_dev, X_te, y_dev, y_te = train_test_split(X, y, test_size=0.2, stratify=y, random_state=0)
X_tr, X_va, y_tr, y_va = train_test_split(X_dev, y_dev, test_size=0.25, stratify=y_dev, random_state=0)
as_x = lambda a: torch.tensor(a, dtype=torch.float32) / 16
as_y = lambda a: torch.tensor(a, dtype=torch.long)
T = {"train": (as_x(X_tr), as_y(y_tr)), "val": (as_x(X_va), as_y(y_va)),
     "dev": (as_x(X_dev), as_y(y_dev)), "test": (as_x(X_te), as_y(y_te))}


def train(split, width, lr, dropout, epochs=8, seed=0):
    torch.manual_seed(seed)
    x, t = T[split]
    model = nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, 10))
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        for idx in torch.randperm(len(x)).split(64):
            opt.zero_grad()
            nn.functional.cross_entropy(model(x[idx]), t[idx]).backward()
            opt.step()
    return model


@torch.no_grad()
def accuracy(model, split):
    model.eval()
    x, t = T[split]
    return (model(x).argmax(1) == t).float().mean().item()


results = []
for width, lr, dropout in itertools.product([16, 64], [1e-3, 1e-2], [0.0, 0.3]):
    acc = accuracy(train("train", width, lr, dropout), "val")
    results.append((acc, width, lr, dropout))
results.sort(reverse=True)
for r in results[:3]:
    print("val %.3f  width %d lr %g dropout %.1f" % r)
final = train("dev", *results[0][1:])
print("test", round(accuracy(final, "test"), 3))
