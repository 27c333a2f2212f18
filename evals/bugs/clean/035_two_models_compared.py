"""Two models on the same repeated folds; neither is tuned on them."""
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_breast_cancer(return_X_y=True)
cv = RepeatedStratifiedKFold(n_splits=5, n_repeats=2, random_state=0)
one = cross_val_score(make_pipeline(StandardScaler(), LogisticRegression()), X, y, cv=cv)
two = cross_val_score(GaussianNB(), X, y, cv=cv)
difference = one - two
print(f"difference {difference.mean():.3f} +- {difference.std(ddof=1) / np.sqrt(len(difference)):.3f}")
