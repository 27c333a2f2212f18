"""Many noise columns: the selection sits inside the pipeline and is refitted in every fold."""
import numpy as np
from sklearn.datasets import make_classification
from sklearn.feature_selection import RFE, SelectFromModel, SelectKBest, VarianceThreshold, mutual_info_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

X, y = make_classification(n_samples=400, n_features=200, n_informative=8, n_redundant=0, shuffle=False, class_sep=1.2, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0, stratify=y)

lr = lambda **kw: LogisticRegression(max_iter=2000, **kw)
selectors = {
    "none": "passthrough",
    "k best (mutual information)": SelectKBest(lambda A, b: mutual_info_classif(A, b, random_state=0), k=15),
    "recursive elimination": RFE(lr(), n_features_to_select=15, step=0.2),
    "l1": SelectFromModel(LogisticRegression(solver="liblinear", l1_ratio=1.0, C=0.1)),
}
cv = StratifiedKFold(5, shuffle=True, random_state=3)
best = (-1, None, None)
for name, sel in selectors.items():
    pipe = Pipeline([("var", VarianceThreshold()), ("scale", StandardScaler()), ("select", sel), ("clf", lr())])
    s = cross_val_score(pipe, X_train, y_train, cv=cv, scoring="roc_auc")
    print(f"{name:30s} {s.mean():.3f} +/- {s.std():.3f}")
    if s.mean() > best[0]:
        best = (s.mean(), name, pipe)
_, name, pipe = best
pipe.fit(X_train, y_train)
print("chosen:", name, "| test AUC", round(roc_auc_score(y_test, pipe.predict_proba(X_test)[:, 1]), 3))
if name != "none":
    chosen = np.flatnonzero(pipe["select"].get_support())
    print("true informative among the chosen:", int((chosen < 8).sum()), "of", len(chosen))
