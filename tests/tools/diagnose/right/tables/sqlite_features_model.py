"""Features in SQL (sqlite3), labels after the cut, model in scikit-learn."""
import sqlite3
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, FunctionTransformer
import numpy as np

con = sqlite3.connect(":memory:")
pd.read_csv("data/online_retail.csv").to_sql("orders", con, index=False)
con.execute("CREATE INDEX ix ON orders (CustomerID, InvoiceDate)")

QUERY = """
WITH past AS (
    SELECT CustomerID,
           COUNT(DISTINCT InvoiceNo)                          AS n_orders,
           SUM(Quantity * UnitPrice)                          AS amount,
           julianday(:cut) - julianday(MAX(InvoiceDate))      AS recency,
           julianday(:cut) - julianday(MIN(InvoiceDate))      AS tenure,
           MAX(Country = 'UK')                                AS is_uk
    FROM orders
    WHERE InvoiceDate < :cut
    GROUP BY CustomerID
), future AS (
    SELECT CustomerID, COUNT(*) AS n_future
    FROM orders
    WHERE InvoiceDate >= :cut AND InvoiceDate < date(:cut, '+30 days')
    GROUP BY CustomerID
)
SELECT past.*, COALESCE(n_future, 0) >= 2 AS buys_again
FROM past LEFT JOIN future USING (CustomerID)
"""
snap = lambda cut: pd.read_sql(QUERY, con, params={"cut": cut})
train = pd.concat([snap(c) for c in ("2022-06-01", "2022-07-01", "2022-08-01")], ignore_index=True)
test = snap("2022-10-01")
X = ["n_orders", "amount", "recency", "tenure", "is_uk"]
model = make_pipeline(FunctionTransformer(np.log1p), StandardScaler(), LogisticRegression())
model.fit(train[X], train["buys_again"])
p = model.predict_proba(test[X])[:, 1]
print(len(train), len(test), "test AUC", round(roc_auc_score(test["buys_again"], p), 3))
top = test.assign(p=p).nlargest(40, "p")
print("precision in the 40 best:", round(top["buys_again"].mean(), 3), "overall", round(test["buys_again"].mean(), 3))
con.close()
