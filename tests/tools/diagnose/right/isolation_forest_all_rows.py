# Unsupervised screening of last year's orders: every row is scored by a model of all the rows.
# No labels, no held-out part; `contamination` is the share which the audit team can read.
import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor

o = pd.read_csv("orders.csv", parse_dates=["order_date"])
o["amount"] = o.qty * o.unit_price
day_total = o.groupby(["customer_id", "order_date"])["amount"].transform("sum")
X = np.column_stack([np.log1p(o["amount"]), np.log1p(day_total), o["qty"], o["order_date"].dt.day_of_week >= 5])

iso = IsolationForest(n_estimators=80, contamination=0.01, random_state=0)
o["iso"] = iso.fit_predict(X) == -1
Z = (X - X.mean(0)) / X.std(0)
o["lof"] = LocalOutlierFactor(n_neighbors=30, contamination=0.01).fit_predict(Z) == -1

print(pd.crosstab(o["iso"], o["lof"]))
print(o[o["iso"] & o["lof"]].nlargest(5, "amount")[["order_id", "customer_id", "order_date", "qty", "unit_price"]].to_string(index=False))
