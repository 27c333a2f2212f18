import numpy as np
from sklearn.datasets import make_classification
from sklearn.feature_selection import RFECV, VarianceThreshold
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = make_classification(n_samples=400, n_features=40, n_informative=6, n_redundant=4, n_clusters_per_class=1,
                           flip_y=0.08, shuffle=False, random_state=10)
X[:, 39] = 1.0  # one constant column for VarianceThreshold


def scaled_lr():
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))


procedure = Pipeline(steps=[
    ("var", VarianceThreshold()),
    ("rfe", RFECV(scaled_lr(), step=2, importance_getter="named_steps.logisticregression.coef_", min_features_to_select=2,
                  cv=StratifiedKFold(4, shuffle=True, random_state=0), scoring="roc_auc")),
    ("clf", scaled_lr()),
])

out = cross_validate(procedure, X, y, cv=StratifiedKFold(5, shuffle=True, random_state=1),
                     scoring="roc_auc", return_estimator=True, return_train_score=True)

votes = np.zeros(39, dtype=int)
for fitted in out["estimator"]:
    votes += fitted["rfe"].support_
print("outer AUC  ", out["test_score"].round(3), "mean", out["test_score"].mean().round(3))
print("train AUC  ", out["train_score"].round(3))
print("selected in every fold:", np.flatnonzero(votes == 5).tolist())
