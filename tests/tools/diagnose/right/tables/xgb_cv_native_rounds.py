import numpy as np
import xgboost as xgb
from sklearn.datasets import make_classification
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split

X, y = make_classification(n_samples=2400, n_features=18, n_informative=9, n_classes=4, random_state=12)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=12)
dtrain, dtest = xgb.DMatrix(X_train, label=y_train), xgb.DMatrix(X_test, label=y_test)

best = (np.inf, None, None)
for depth in (3, 5):
    for eta in (0.1, 0.3):
        params = {"objective": "multi:softprob", "num_class": 4, "max_depth": depth, "eta": eta,
                  "subsample": 0.8, "nthread": 1, "seed": 0, "eval_metric": "mlogloss"}
        cv = xgb.cv(params, dtrain, num_boost_round=120, nfold=4, stratified=True, early_stopping_rounds=10, seed=0)
        loss, rounds = cv["test-mlogloss-mean"].min(), int(cv["test-mlogloss-mean"].idxmin()) + 1
        print(f"depth {depth} eta {eta}: cv log loss {loss:.4f} at {rounds} rounds")
        if loss < best[0]:
            best = (loss, params, rounds)
_, params, rounds = best
booster = xgb.train(params, dtrain, num_boost_round=rounds)
proba = booster.predict(dtest)
print("test log loss", round(log_loss(y_test, proba), 4), "accuracy", round(accuracy_score(y_test, proba.argmax(axis=1)), 4))
