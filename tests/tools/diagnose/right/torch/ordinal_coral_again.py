"""Ordinal regression with CORAL: one shared score, K-1 thresholds."""
import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import cohen_kappa_score, mean_absolute_error
from sklearn.model_selection import train_test_split
from torch import nn

K = 5


def make_survey(n=2000, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 8)).astype(np.float32)
    latent = X[:, 0] + 0.7 * X[:, 1] * X[:, 2] - 0.5 * np.abs(X[:, 3]) + rng.logistic(scale=0.4, size=n)
    return X, np.digitize(latent, [-1.8, -0.8, 0.2, 1.2])


def levels(y):
    """2 -> [1, 1, 0, 0]"""
    return (y[:, None] > torch.arange(K - 1)).float()


class Coral(nn.Module):
    def __init__(self, n_in):
        super().__init__()
        self.score = nn.Sequential(nn.Linear(n_in, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 1, bias=False))
        self.bias = nn.Parameter(torch.linspace(1, -1, K - 1))

    def forward(self, x):
        return self.score(x) + self.bias

    @torch.no_grad()
    def predict(self, x):
        self.eval()
        return (self(x) > 0).sum(1)


def fit(model, X, y, loss_fn, epochs=30):
    opt = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-4)
    for _ in range(epochs):
        model.train()
        for i in torch.randperm(len(X)).split(64):
            opt.zero_grad()
            loss_fn(model(X[i]), y[i]).backward()
            opt.step()


def report(name, y, p):
    print(f"{name:8s} MAE {mean_absolute_error(y, p):.3f}  QWK {cohen_kappa_score(y, p, weights='quadratic'):.3f}")


X, y = make_survey()
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
Xa, Xb, ya = torch.from_numpy(Xa), torch.from_numpy(Xb), torch.from_numpy(ya)

torch.manual_seed(0)
coral = Coral(8)
fit(coral, Xa, ya, lambda out, t: F.binary_cross_entropy_with_logits(out, levels(t)))
report("coral", yb, coral.predict(Xb).numpy())

torch.manual_seed(0)
plain = nn.Sequential(nn.Linear(8, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, K))
fit(plain, Xa, ya, F.cross_entropy)
plain.eval()
with torch.no_grad():
    report("softmax", yb, plain(Xb).argmax(1).numpy())
majority = np.full(len(yb), torch.mode(ya).values.item())
report("mode", yb, majority)
