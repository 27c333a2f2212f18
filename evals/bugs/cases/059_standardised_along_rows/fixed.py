import numpy as np
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(4)
n = 400
kind = rng.integers(0, 2, n)
size = rng.normal(50, 8, n) + 22 * kind
X = np.column_stack([size, size + rng.normal(0, 3, n), size + rng.normal(0, 3, n)])

# no information of the labels is used: unsupervised scaling of lab readings
model = make_pipeline(StandardScaler(), KNeighborsClassifier(9))

score = cross_val_score(model, X, kind, cv=5).mean()
print("cross-validated accuracy", round(score, 3))
