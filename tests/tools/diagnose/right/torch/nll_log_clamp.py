import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold

"""Mixture of experts on iris. The gate mixes PROBABILITIES, so the loss takes the log afterwards."""


class MoE(nn.Module):
    def __init__(self, d, c, n_experts=3):
        super().__init__()
        self.gate = nn.Linear(d, n_experts)
        self.experts = nn.ModuleList([nn.Sequential(nn.Linear(d, 8), nn.Tanh(), nn.Linear(8, c)) for _ in range(n_experts)])

    def forward(self, x):
        g = F.softmax(self.gate(x), dim=-1)                                   # (B, E)
        p = torch.stack([F.softmax(e(x), dim=-1) for e in self.experts], 1)   # (B, E, C)
        return torch.einsum("be,bec->bc", g, p)


X, y = load_iris(return_X_y=True)
scores = []
for fold, (a, b) in enumerate(StratifiedKFold(5, shuffle=True, random_state=0).split(X, y)):
    torch.manual_seed(fold)
    m, s = X[a].mean(0), X[a].std(0)
    xa, xb = (torch.tensor((X[i] - m) / s, dtype=torch.float32) for i in (a, b))
    ya, yb = torch.tensor(y[a]), torch.tensor(y[b])
    model = MoE(4, 3)
    opt = torch.optim.Adam(model.parameters(), lr=0.02)
    for step in range(120):
        model.train()
        probs = model(xa)
        loss = F.nll_loss(torch.log(probs.clamp(min=1e-8)), ya)
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        scores.append((model(xb).argmax(1) == yb).float().mean().item())
print("folds", [round(s, 3) for s in scores], "mean", round(sum(scores) / len(scores), 3))
