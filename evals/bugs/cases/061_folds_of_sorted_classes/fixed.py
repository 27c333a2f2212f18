from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_score

X, y = load_iris(return_X_y=True)

kf = KFold(n_splits=3, shuffle=True, random_state=0)
scores = cross_val_score(LogisticRegression(max_iter=500), X, y, cv=kf)
print("folds:", scores)
print("mean accuracy:", scores.mean())
