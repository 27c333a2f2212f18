import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_score

X, y = load_diabetes(return_X_y=True)

best, best_alpha = -np.Inf, None
for alpha in np.logspace(-3, 2, 6):
    score = cross_val_score(Ridge(alpha=alpha), X, y, cv=4).mean()
    if score > best:
        best, best_alpha = score, alpha
print(f"alpha {best_alpha:g}: R2 {best:.3f}")
