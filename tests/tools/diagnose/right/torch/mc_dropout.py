"""Monte Carlo dropout: BatchNorm frozen, dropout awake."""
import torch
from torch import nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
import torch.nn.functional as F

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
X = torch.tensor(X / 16, dtype=torch.float32)
y = torch.tensor(y)
known = y != 9                                   # nines are kept away as strangers
tr, te = train_test_split(known.nonzero().squeeze(1).numpy(), test_size=0.3, stratify=y[known], random_state=0)
strangers = X[~known]

net = nn.Sequential(
    nn.Linear(64, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Dropout(0.4),
    nn.Linear(128, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.4),
    nn.Linear(64, 9),
)
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(25):
    net.train()
    for i in torch.randperm(len(tr)).split(64):
        if len(i) == 1:
            continue
        rows = tr[i.numpy()]
        opt.zero_grad()
        F.cross_entropy(net(X[rows]), y[rows]).backward()
        opt.step()


def wake_dropout(model):
    model.eval()
    for m in model.modules():
        if isinstance(m, nn.Dropout):
            m.train()


@torch.no_grad()
def mc_predict(x, T=40):
    wake_dropout(net)
    p = torch.stack([net(x).softmax(1) for _ in range(T)])
    mean = p.mean(0)
    total = -(mean * mean.clamp(min=1e-12).log()).sum(1)
    aleatoric = -(p * p.clamp(min=1e-12).log()).sum(2).mean(0)
    return mean, total - aleatoric


mean, mi_known = mc_predict(X[te])
_, mi_odd = mc_predict(strangers)
print("accuracy on known digits", (mean.argmax(1) == y[te]).float().mean().item())
print("mutual information: known", mi_known.mean().item(), " strangers", mi_odd.mean().item())
