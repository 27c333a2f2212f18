"""The isolation forest marks odd rows of the table that it is given."""
import numpy as np
from sklearn.ensemble import IsolationForest

rng = np.random.default_rng(0)
usual = rng.normal(0, 1, (300, 3))
odd = rng.uniform(-7, 7, (12, 3))
marks = IsolationForest(random_state=0, contamination=0.04).fit_predict(np.vstack([usual, odd]))
print("marked among the usual:", (marks[:300] == -1).sum(), "among the odd:", (marks[300:] == -1).sum())
