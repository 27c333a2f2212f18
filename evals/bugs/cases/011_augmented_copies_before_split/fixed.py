import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier


def measurements(rng, n=200):
    signals = rng.normal(size=(n, 30))
    outcome = rng.integers(0, 2, n)
    return signals, outcome


def jitter(X, y, copies, rng):
    """More rows: each one again with a little noise."""
    noisy = [X + rng.normal(0, 0.05, X.shape) for _ in range(copies)]
    return np.concatenate([X, *noisy]), np.tile(y, copies + 1)


rng = np.random.default_rng(11)
X, y = measurements(rng)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)
X_train, y_train = jitter(X_train, y_train, copies=4, rng=rng)

knn = KNeighborsClassifier(n_neighbors=1).fit(X_train, y_train)
print(f"{len(X_train)} rows to learn from")
print(f"test accuracy {knn.score(X_test, y_test):.3f}")
