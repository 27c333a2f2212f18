import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss
from sklearn.model_selection import train_test_split

loans = pd.read_csv("loans.csv", parse_dates=["issue_date"]).sort_values("issue_date", kind="stable")
loans["purpose"] = loans["purpose"].astype("category")
loans["dti"] = loans["amount"] / loans["income"]
cols = ["income", "amount", "term", "credit_score", "purpose", "years_employed", "dti"]

past, future = train_test_split(loans, test_size=0.25, shuffle=False)
fit, val = train_test_split(past, test_size=0.2, shuffle=False)
ratio = (fit["default"] == 0).sum() / (fit["default"] == 1).sum()

for name, extra in (("plain", {}), ("scale_pos_weight", {"scale_pos_weight": ratio})):
    m = lgb.LGBMClassifier(n_estimators=500, learning_rate=0.03, num_leaves=7, min_child_samples=40,
                           metric="average_precision", random_state=0, n_jobs=1, verbosity=-1, **extra)
    m.fit(fit[cols], fit["default"], eval_set=[(val[cols], val["default"])],
          callbacks=[lgb.early_stopping(40, verbose=False)])
    p = m.predict_proba(future[cols])[:, 1]
    print(f"{name:17s} trees {m.best_iteration_:3d}  AP {average_precision_score(future['default'], p):.3f}  "
          f"Brier {brier_score_loss(future['default'], p):.4f}")
print(f"prevalence {future['default'].mean():.3f}; the weighted model's probabilities are inflated by design")
