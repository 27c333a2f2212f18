"""Rare fraud: the operating threshold is picked on validation rows and reported on test rows."""
import numpy as np
from sklearn.datasets import make_classification
from sklearn.metrics import confusion_matrix, precision_recall_curve
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier

COST_MISSED, COST_ALARM = 250.0, 12.0


def cost(y, flagged):
    tn, fp, fn, tp = confusion_matrix(y, flagged).ravel()
    return fn * COST_MISSED + fp * COST_ALARM


def main():
    X, y = make_classification(n_samples=3000, n_features=18, n_informative=7, weights=[0.95],
                               class_sep=1.1, flip_y=0.01, random_state=77)
    X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=1)
    X_fit, X_val, y_fit, y_val = train_test_split(X_rest, y_rest, test_size=1 / 3, stratify=y_rest, random_state=2)

    booster = XGBClassifier(n_estimators=400, max_depth=4, learning_rate=0.05, subsample=0.8,
                            eval_metric="logloss", early_stopping_rounds=30, random_state=0, n_jobs=1)
    booster.fit(X_fit, y_fit, eval_set=[(X_val, y_val)], verbose=False)

    p_val = booster.predict_proba(X_val)[:, 1]
    _, _, candidates = precision_recall_curve(y_val, p_val)
    costs = [cost(y_val, p_val >= t) for t in candidates]
    threshold = candidates[int(np.argmin(costs))]

    p_test = booster.predict_proba(X_test)[:, 1]
    print(f"trees used {booster.best_iteration + 1}, threshold {threshold:.3f}")
    print(f"validation cost {min(costs):.0f}")
    print(f"test cost at chosen threshold {cost(y_test, p_test >= threshold):.0f}")
    print(f"test cost at 0.5              {cost(y_test, p_test >= 0.5):.0f}")
    print(f"test cost, flag nobody        {cost(y_test, np.zeros(len(y_test), dtype=int)):.0f}")


if __name__ == "__main__":
    main()
