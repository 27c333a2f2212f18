from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import AdaBoostClassifier
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier

X, y = load_breast_cancer(return_X_y=True)
stump = DecisionTreeClassifier(max_depth=1)
boosted = AdaBoostClassifier(estimator=stump, n_estimators=40, random_state=0)
print(cross_val_score(boosted, X, y, cv=3).mean())
