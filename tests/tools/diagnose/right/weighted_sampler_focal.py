import torch
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

X, y = make_classification(3000, 20, n_informative=6, weights=[0.94], class_sep=0.9, random_state=70)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, stratify=y, random_state=70)
mean, std = X_tr.mean(axis=0), X_tr.std(axis=0)


def T(a):
    return torch.tensor((a - mean) / std, dtype=torch.float32)


class FocalWithLogits(nn.Module):
    def __init__(self, gamma=2.0):
        super().__init__()
        self.gamma = gamma

    def forward(self, logit, target):
        ce = nn.functional.binary_cross_entropy_with_logits(logit, target, reduction="none")
        p_true = torch.exp(-ce)
        return ((1 - p_true) ** self.gamma * ce).mean()


def train(loss_fn, balanced):
    torch.manual_seed(0)
    labels = torch.tensor(y_tr)
    ds = TensorDataset(T(X_tr), labels.float())
    if balanced:   # drawn with replacement so that both classes appear equally often; training rows only
        per_class = 1.0 / torch.bincount(labels).double()
        dl = DataLoader(ds, batch_size=64, sampler=WeightedRandomSampler(per_class[labels], num_samples=len(ds)))
    else:
        dl = DataLoader(ds, batch_size=64, shuffle=True)
    net = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 1), nn.Flatten(0))
    opt = torch.optim.Adam(net.parameters(), lr=2e-3)
    for _ in range(12):
        for xb, yb in dl:
            opt.zero_grad()
            loss_fn(net(xb), yb).backward()
            opt.step()
    with torch.no_grad():
        return average_precision_score(y_te, net(T(X_te)).numpy())


for name, loss_fn, balanced in [("plain", nn.BCEWithLogitsLoss(), False), ("balanced batches", nn.BCEWithLogitsLoss(), True), ("focal", FocalWithLogits(), False)]:
    print(f"{name:18s} average precision {train(loss_fn, balanced):.3f}")
