"""Customer segmentation by recency, frequency and monetary value."""
import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import PowerTransformer, StandardScaler
from sklearn.pipeline import make_pipeline

SEED = 17


def make_customers(n=900):
    rng = np.random.default_rng(SEED)
    group = rng.choice(3, size=n, p=[0.5, 0.3, 0.2])
    recency = rng.gamma([2, 4, 1.5], [10, 30, 5], size=(n, 3))[np.arange(n), group]
    freq = rng.poisson(np.array([4, 1, 15])[group]) + 1
    monetary = rng.lognormal(np.array([3.5, 3.0, 5.0])[group], 0.5)
    return pd.DataFrame({"recency": recency, "frequency": freq, "monetary": monetary},
                        index=pd.RangeIndex(1000, 1000 + n, name="customer_id"))


customers = make_customers()
prep = make_pipeline(PowerTransformer(standardize=False), StandardScaler())
X = prep.fit_transform(customers)

scores = {}
for k in range(2, 8):
    km = KMeans(n_clusters=k, n_init=10, random_state=SEED).fit(X)
    scores[k] = silhouette_score(X, km.labels_)
best_k = max(scores, key=scores.get)
print("silhouette:", {k: round(v, 3) for k, v in scores.items()}, "-> k =", best_k)

final = KMeans(n_clusters=best_k, n_init=20, random_state=SEED).fit(X)
customers["segment"] = final.labels_
profile = customers.groupby("segment").agg(
    size=("recency", "size"),
    recency=("recency", "median"),
    frequency=("frequency", "median"),
    monetary=("monetary", "median"),
)
profile["share"] = profile["size"] / len(customers)
print(profile.round(2).sort_values("monetary", ascending=False))

newcomers = pd.DataFrame({"recency": [3.0, 150.0], "frequency": [20, 1], "monetary": [210.0, 14.0]})
print("new customers ->", final.predict(prep.transform(newcomers)))
