"""Calibrate by cross-validation within the training rows, then measure on the others."""
# data: churn
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import brier_score_loss, log_loss
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB

churn = pd.read_csv("churn.csv")
X = churn[["tenure", "monthly", "support_calls", "total_charges"]]
X_train, X_test, y_train, y_test = train_test_split(X, churn["churn"], test_size=0.4, random_state=1)
for name, model in {"raw": GaussianNB(), "calibrated": CalibratedClassifierCV(GaussianNB(), cv=5)}.items():
    p = model.fit(X_train, y_train).predict_proba(X_test)[:, 1]
    print(f"{name:10s} log-loss {log_loss(y_test, p):.3f}  Brier {brier_score_loss(y_test, p):.3f}")
