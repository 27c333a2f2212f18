import torch
import torch.nn as nn
import torch.nn.utils.prune as prune
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

torch.manual_seed(6)
X, y = make_classification(1500, 40, n_informative=12, n_redundant=4, class_sep=1.5, random_state=6)
X_tr, X_te, y_tr, y_te = (torch.tensor(a) for a in train_test_split(X, y, test_size=0.3, random_state=6))
X_tr, X_te = X_tr.float(), X_te.float()
y_tr, y_te = y_tr.float().unsqueeze(1), y_te.float().unsqueeze(1)

net = nn.Sequential(nn.Linear(40, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
crit = nn.BCEWithLogitsLoss()


def fit(epochs, lr):
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    net.train()
    for _ in range(epochs):
        for b in torch.randperm(len(X_tr)).split(50):
            opt.zero_grad()
            crit(net(X_tr[b]), y_tr[b]).backward()
            opt.step()


def score():
    net.eval()
    with torch.no_grad():
        return ((net(X_te) > 0).float() == y_te).float().mean().item()


fit(8, 2e-3)
print("dense", round(score(), 3))
targets = [(m, "weight") for m in net if isinstance(m, nn.Linear)]
for amount in (0.4, 0.4):                 # 40 % of what is left, twice
    prune.global_unstructured(targets, pruning_method=prune.L1Unstructured, amount=amount)
    fit(3, 5e-4)
for m, name in targets:
    prune.remove(m, name)
zeros = sum((m.weight == 0).sum().item() for m, _ in targets)
total = sum(m.weight.numel() for m, _ in targets)
print(f"sparsity {zeros / total:.2%}, accuracy {score():.3f}")
