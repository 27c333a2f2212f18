"""Customer segments from order history. Unsupervised: the whole table is used."""
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import PowerTransformer

orders = pd.read_csv("orders.csv", parse_dates=["order_date"])
snapshot = orders["order_date"].max() + pd.Timedelta(days=1)

rfm = (
    orders.groupby("customer")
    .agg(
        recency=("order_date", lambda d: (snapshot - d.max()).days),
        frequency=("order_id", "nunique"),
        monetary=("amount", "sum"),
    )
)
Z = PowerTransformer().fit_transform(rfm)

scores = {}
for k in range(2, 8):
    labels = KMeans(n_clusters=k, n_init=10, random_state=0).fit_predict(Z)
    scores[k] = silhouette_score(Z, labels)
print(pd.Series(scores, name="silhouette").round(3).to_string())

k = max(scores, key=scores.get)
rfm["segment"] = KMeans(n_clusters=k, n_init=10, random_state=0).fit_predict(Z)
print(rfm.groupby("segment").agg(["median"]).round(1).assign(size=rfm["segment"].value_counts()))
