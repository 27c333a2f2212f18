import numpy as np
import xgboost as xgb
from sklearn.datasets import make_classification
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split

X, y = make_classification(n_samples=3000, n_features=25, n_informative=10, n_classes=4,
                           n_clusters_per_class=2, random_state=17)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.2, stratify=y, random_state=17)
dtrain, dtest = xgb.DMatrix(X_tr, y_tr), xgb.DMatrix(X_te, y_te)

base = {"objective": "multi:softprob", "num_class": 4, "eval_metric": "mlogloss",
        "eta": 0.2, "subsample": 0.8, "nthread": 1, "seed": 0}

best = (np.inf, None, None)
for depth in (3, 5):
    for mcw in (1, 5):
        params = {**base, "max_depth": depth, "min_child_weight": mcw}
        cv = xgb.cv(params, dtrain, num_boost_round=200, nfold=3, stratified=True,
                    early_stopping_rounds=10, seed=0)
        loss = cv["test-mlogloss-mean"].iloc[-1]
        print(f"depth={depth} mcw={mcw}: {loss:.4f} after {len(cv)} rounds")
        if loss < best[0]:
            best = (loss, params, len(cv))

_, params, rounds = best
booster = xgb.train(params, dtrain, num_boost_round=rounds)
proba = booster.predict(dtest)
print("test: acc %.3f, mlogloss %.4f" % (accuracy_score(y_te, proba.argmax(1)), log_loss(y_te, proba)))
