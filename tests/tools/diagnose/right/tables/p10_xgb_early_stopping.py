import argparse

import numpy as np
import xgboost as xgb
from sklearn.datasets import make_classification
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split


def parse():
    ap = argparse.ArgumentParser()
    ap.add_argument("--rounds", type=int, default=400)
    ap.add_argument("--eta", type=float, default=0.08)
    ap.add_argument("--patience", type=int, default=20)
    ap.add_argument("--seed", type=int, default=0)
    return ap.parse_args()


def main():
    a = parse()
    X, y = make_classification(3000, 20, n_informative=8, n_classes=3, flip_y=0.08, random_state=a.seed)
    X_tmp, X_test, y_tmp, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=a.seed)
    X_train, X_val, y_train, y_val = train_test_split(X_tmp, y_tmp, test_size=0.2, stratify=y_tmp, random_state=a.seed)

    clf = xgb.XGBClassifier(
        n_estimators=a.rounds, learning_rate=a.eta, max_depth=4, subsample=0.8,
        colsample_bytree=0.8, eval_metric="mlogloss", early_stopping_rounds=a.patience,
        random_state=a.seed, n_jobs=1,
    )
    clf.fit(X_train, y_train, eval_set=[(X_train, y_train), (X_val, y_val)], verbose=False)
    curve = clf.evals_result()
    best = clf.best_iteration
    print(f"best round {best}: train {curve['validation_0']['mlogloss'][best]:.3f} val {curve['validation_1']['mlogloss'][best]:.3f}")

    proba = clf.predict_proba(X_test)
    print(f"test: acc {accuracy_score(y_test, proba.argmax(1)):.3f}  logloss {log_loss(y_test, proba):.3f}")

    again = xgb.XGBClassifier(
        n_estimators=best + 1, learning_rate=a.eta, max_depth=4, subsample=0.8,
        colsample_bytree=0.8, random_state=a.seed, n_jobs=1,
    ).fit(X_tmp, y_tmp)
    print(f"refit: acc {accuracy_score(y_test, again.predict(X_test)):.3f}  importance top {np.argsort(again.feature_importances_)[::-1][:5]}")


if __name__ == "__main__":
    main()
