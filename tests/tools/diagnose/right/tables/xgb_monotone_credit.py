import numpy as np
import pandas as pd
from xgboost import XGBClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

loans = pd.read_csv("data/loans.csv")
features = {"int_rate": 1, "dti": 1, "fico": -1, "annual_inc": 0, "loan_amnt": 0}
X, y = loans[list(features)], loans["default"]
X_dev, X_test, y_dev, y_test = train_test_split(X, y, test_size=0.25, random_state=17, stratify=y)
X_fit, X_val, y_fit, y_val = train_test_split(X_dev, y_dev, test_size=0.25, random_state=17, stratify=y_dev)

def fit(monotone):
    m = XGBClassifier(n_estimators=400, learning_rate=0.05, max_depth=3, subsample=0.8, n_jobs=1, random_state=0,
                      monotone_constraints=tuple(features.values()) if monotone else None,
                      early_stopping_rounds=30, eval_metric="auc")
    return m.fit(X_fit, y_fit, eval_set=[(X_val, y_val)], verbose=False)

free, mono = fit(False), fit(True)
print("validation AUC free", round(free.best_score, 4), "monotone", round(mono.best_score, 4))

# the check of the constraint: raise the rate, nothing may fall
row = X_fit.median().to_frame().T
sweep = pd.concat([row.assign(int_rate=r) for r in np.linspace(5, 25, 40)], ignore_index=True)
for name, m in (("free", free), ("monotone", mono)):
    p = m.predict_proba(sweep)[:, 1]
    print(name, "largest fall along int_rate", round(float(max(0, -np.diff(p).min())), 4))

print("the monotone model goes to production, test AUC", round(roc_auc_score(y_test, mono.predict_proba(X_test)[:, 1]), 4))
