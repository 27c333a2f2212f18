import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.model_selection import ShuffleSplit, learning_curve, validation_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

X, y = load_digits(return_X_y=True)
cv = ShuffleSplit(n_splits=4, test_size=0.2, random_state=0)
est = make_pipeline(StandardScaler(), SVC(gamma=0.01))

sizes, train_scores, val_scores = learning_curve(
    est, X, y, train_sizes=np.linspace(0.1, 1.0, 5), cv=cv, shuffle=True, random_state=0
)
lc = pd.DataFrame({
    "n": sizes,
    "train score": train_scores.mean(axis=1),
    "validation score": val_scores.mean(axis=1),
})
lc["gap"] = lc["train score"] - lc["validation score"]
print(lc.round(3).to_string(index=False))

gammas = np.logspace(-4, -1, 4)
tr, va = validation_curve(est, X, y, param_name="svc__gamma", param_range=gammas, cv=cv)
for g, a, b in zip(gammas, tr.mean(1), va.mean(1)):
    print(f"gamma={g:<7g} train {a:.3f} validation {b:.3f}")
