# %%
import numpy as np
import matplotlib.pyplot as plt
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.datasets import make_classification
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import brier_score_loss, log_loss
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB

# %%
X, y = make_classification(8000, 20, n_informative=3, n_redundant=10, random_state=4)
X_fit, X_rest, y_fit, y_rest = train_test_split(X, y, train_size=0.5, random_state=4, stratify=y)
X_cal, X_test, y_cal, y_test = train_test_split(X_rest, y_rest, train_size=0.5, random_state=4, stratify=y_rest)

# %%
nb = GaussianNB().fit(X_fit, y_fit)
models = {"raw": nb}
for method in ("sigmoid", "isotonic"):
    models[method] = CalibratedClassifierCV(FrozenEstimator(nb), method=method).fit(X_cal, y_cal)

# %%
fig, ax = plt.subplots(figsize=(4.5, 4.5))
ax.plot([0, 1], [0, 1], ls=":", c="k")
for name, m in models.items():
    p = m.predict_proba(X_test)[:, 1]
    frac, mean = calibration_curve(y_test, p, n_bins=12, strategy="quantile")
    ax.plot(mean, frac, marker="o", ms=3, label=name)
    print(f"{name:9s} Brier {brier_score_loss(y_test, p):.4f}  log-loss {log_loss(y_test, p):.4f}")
ax.legend()
fig.savefig("reliability.png", dpi=90)

# %% ECE with equal-mass bins
def ece(y_true, p, bins=15):
    edges = np.quantile(p, np.linspace(0, 1, bins + 1))
    idx = np.clip(np.searchsorted(edges, p, side="right") - 1, 0, bins - 1)
    return sum(
        (idx == b).mean() * abs(p[idx == b].mean() - y_true[idx == b].mean())
        for b in range(bins) if (idx == b).any()
    )

for name, m in models.items():
    print(name, round(ece(y_test, m.predict_proba(X_test)[:, 1]), 4))
