import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

rng = np.random.default_rng(9)
n, side = 300, 6
before = rng.integers(90, 110, (n, side * side), dtype=np.uint8)
moved = rng.integers(0, 2, n)
shift = rng.integers(-4, 5, (n, side * side)) - 2 * moved[:, None]
after = (before.astype(int) + shift).astype(np.uint8)

difference = after.astype(int) - before.astype(int)
print("smallest and largest:", difference.min(), difference.max())
scores = cross_val_score(LogisticRegression(max_iter=3000), difference, moved, cv=5)
print("accuracy:", scores.mean().round(3))
