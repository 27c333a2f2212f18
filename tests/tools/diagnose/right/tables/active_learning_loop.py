import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

X, y = load_digits(return_X_y=True)
X = X / 16
X_pool, X_test, y_pool, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)


def run(strategy, seed, start=20, step=20, rounds=8):
    rng = np.random.default_rng(seed)
    known = list(rng.choice(len(X_pool), start, replace=False))
    curve = []
    for _ in range(rounds):
        clf = LogisticRegression(C=10, max_iter=300).fit(X_pool[known], y_pool[known])
        curve.append(clf.score(X_test, y_test))
        left = np.setdiff1d(np.arange(len(X_pool)), known)
        if strategy == "margin":
            p = np.sort(clf.predict_proba(X_pool[left]), axis=1)
            ask = left[np.argsort(p[:, -1] - p[:, -2])[:step]]
        else:
            ask = rng.choice(left, step, replace=False)
        known.extend(ask)
    return curve


# the test set only draws the curves; neither strategy looks at it
sizes = 20 + 20 * np.arange(8)
for strategy in ("random", "margin"):
    curves = np.array([run(strategy, s) for s in range(3)])
    print(strategy)
    for n, m, s in zip(sizes, curves.mean(0), curves.std(0)):
        print(f"  {n:4d} labels: accuracy {m:.3f} +/- {s:.3f}")
