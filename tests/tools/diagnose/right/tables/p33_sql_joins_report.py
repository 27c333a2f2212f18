"""Monthly report from a small SQLite database, with pandas on top."""
import sqlite3

import numpy as np
import pandas as pd

rng = np.random.default_rng(14)
con = sqlite3.connect(":memory:")

customers = pd.DataFrame({
    "customer_id": range(1, 201),
    "country": rng.choice(["DE", "FR", "PL"], 200, p=[0.5, 0.3, 0.2]),
    "signup": pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 300, 200), unit="D"),
})
orders = pd.DataFrame({
    "order_id": range(1, 1501),
    "customer_id": rng.integers(1, 231, 1500),
    "ordered": pd.Timestamp("2023-06-01") + pd.to_timedelta(rng.integers(0, 365, 1500), unit="D"),
    "value": rng.gamma(2, 30, 1500).round(2),
})
refunds = orders.sample(90, random_state=1)[["order_id", "value"]].assign(value=lambda d: (d["value"] * 0.8).round(2))
for name, df in {"customers": customers, "orders": orders, "refunds": refunds}.items():
    df.to_sql(name, con, index=False)

query = """
WITH net AS (
    SELECT o.customer_id,
           strftime('%Y-%m', o.ordered) AS month,
           o.value - COALESCE(r.value, 0) AS net_value
    FROM orders o LEFT JOIN refunds r USING (order_id)
)
SELECT COALESCE(c.country, 'unknown') AS country, n.month,
       COUNT(*) AS orders, COUNT(DISTINCT n.customer_id) AS buyers,
       ROUND(SUM(n.net_value), 2) AS revenue
FROM net n LEFT JOIN customers c USING (customer_id)
GROUP BY 1, 2 ORDER BY 1, 2
"""
monthly = pd.read_sql(query, con)
wide = monthly.pivot(index="month", columns="country", values="revenue").fillna(0)
print(wide.tail(4).round(0))

# the same number by another way, as a check on the join
merged = orders.merge(refunds, on="order_id", how="left", suffixes=("", "_refund"), validate="one_to_one")
total = (merged["value"] - merged["value_refund"].fillna(0)).sum()
assert np.isclose(total, monthly["revenue"].sum(), atol=0.5), (total, monthly["revenue"].sum())

orphan = orders.merge(customers, on="customer_id", how="left", indicator=True, validate="many_to_one")
print("orders without a customer record:", (orphan["_merge"] == "left_only").sum())

cohort = (
    orphan[orphan["_merge"] == "both"]
    .assign(cohort=lambda d: d["signup"].dt.to_period("Q"), age=lambda d: (d["ordered"] - d["signup"]).dt.days // 90)
    .query("age >= 0")
    .groupby(["cohort", "age"])["customer_id"].nunique()
    .unstack()
)
size = customers.groupby(customers["signup"].dt.to_period("Q")).size()
print(cohort.div(size, axis=0).round(2))
