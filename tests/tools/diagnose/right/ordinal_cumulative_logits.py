"""Ordinal regression with cumulative logits: one score, K-1 ordered cut points."""
import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_diabetes
from sklearn.metrics import cohen_kappa_score, mean_absolute_error
from sklearn.model_selection import train_test_split
from torch import nn

K = 4


class CumulativeLogit(nn.Module):
    def __init__(self, n_features):
        super().__init__()
        self.score = nn.Linear(n_features, 1, bias=False)
        self.first = nn.Parameter(torch.tensor(-1.0))
        self.gaps = nn.Parameter(torch.zeros(K - 2))

    def cuts(self):
        return torch.cat([self.first[None], self.first + torch.cumsum(F.softplus(self.gaps), 0)])

    def forward(self, x):
        return self.score(x) - self.cuts()           # logit of P(y > k), k = 0..K-2


def levels(y):
    return (y[:, None] > torch.arange(K - 1)[None, :]).float()


def main(seed=0):
    torch.manual_seed(seed)
    X, progress = load_diabetes(return_X_y=True)
    X_tr, X_te, p_tr, p_te = train_test_split(X, progress, test_size=0.3, random_state=seed)
    edges = np.quantile(p_tr, [0.25, 0.5, 0.75])                 # grade boundaries come from the training part
    y_tr, y_te = (torch.tensor(np.digitize(p, edges)) for p in (p_tr, p_te))
    m, s = X_tr.mean(0), X_tr.std(0)
    x_tr, x_te = (torch.tensor((a - m) / s, dtype=torch.float32) for a in (X_tr, X_te))

    model = CumulativeLogit(x_tr.shape[1])
    opt = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=200)

    def closure():
        opt.zero_grad()
        loss = F.binary_cross_entropy_with_logits(model(x_tr), levels(y_tr)) + 1e-3 * model.score.weight.pow(2).sum()
        loss.backward()
        return loss

    opt.step(closure)
    with torch.no_grad():
        pred = (torch.sigmoid(model(x_te)) > 0.5).sum(1).numpy()
    y_te = y_te.numpy()
    print("cut points", np.round(model.cuts().detach().numpy(), 2))
    print(f"MAE in grades {mean_absolute_error(y_te, pred):.3f}, quadratic kappa {cohen_kappa_score(y_te, pred, weights='quadratic'):.3f}")


main()
