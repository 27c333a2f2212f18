"""Segmentation of customers by recency, frequency and monetary value."""
import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

orders = pd.read_csv("orders.csv", parse_dates=["order_date"])
orders["amount"] = orders["qty"] * orders["unit_price"]
today = orders["order_date"].max() + pd.Timedelta(days=1)

rfm = orders.groupby("customer_id").agg(
    recency=("order_date", lambda s: (today - s.max()).days),
    frequency=("order_id", "nunique"),
    monetary=("amount", "sum"),
)
print(rfm.describe().round(1))

Z = StandardScaler().fit_transform(np.log1p(rfm))

scores = {}
for k in range(2, 7):
    labels = KMeans(n_clusters=k, n_init=10, random_state=11).fit_predict(Z)
    scores[k] = silhouette_score(Z, labels)
    print(k, round(scores[k], 3))

k = max(scores, key=scores.get)
rfm["segment"] = KMeans(n_clusters=k, n_init=10, random_state=11).fit_predict(Z)
print(rfm.groupby("segment").agg(["mean", "median"]).round(1))
print(rfm["segment"].value_counts())
