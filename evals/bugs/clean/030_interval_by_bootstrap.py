"""How sure is the test score? Resample the test rows, never the model."""
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split

X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, random_state=4, stratify=y)
right = HistGradientBoostingClassifier(random_state=4).fit(X_train, y_train).predict(X_test) == y_test
rng = np.random.default_rng(4)
draws = [right[rng.integers(0, len(right), len(right))].mean() for _ in range(500)]
print(f"accuracy {right.mean():.3f}, between {np.quantile(draws, 0.025):.3f} and {np.quantile(draws, 0.975):.3f}")
