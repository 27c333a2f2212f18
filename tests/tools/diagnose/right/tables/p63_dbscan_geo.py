# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.neighbors import NearestNeighbors

# %% pick-up points around a town, degrees
rng = np.random.default_rng(15)
centres = np.array([[52.52, 13.40], [52.50, 13.45], [52.54, 13.35], [52.48, 13.38]])
spread = [0.002, 0.004, 0.003, 0.0015]
pts = np.vstack([rng.normal(c, s, size=(m, 2)) for c, s, m in zip(centres, spread, (250, 200, 150, 120))]
                + [rng.uniform([52.46, 13.30], [52.56, 13.50], size=(180, 2))])
df = pd.DataFrame(pts, columns=["lat", "lon"])
rad = np.radians(df[["lat", "lon"]])
EARTH = 6371.0

# %% k-distance curve for the radius
d, _ = NearestNeighbors(n_neighbors=11, metric="haversine").fit(rad).kneighbors(rad)
kdist = np.sort(d[:, -1]) * EARTH
print("k-distance km, quantiles:", np.quantile(kdist, [0.25, 0.5, 0.75, 0.9]).round(3))

# %%
eps_km = 0.3
df["dbscan"] = DBSCAN(eps=eps_km / EARTH, min_samples=10, metric="haversine", algorithm="ball_tree").fit_predict(rad)
df["hdbscan"] = HDBSCAN(min_cluster_size=40, metric="haversine", copy=True).fit_predict(rad)
print(df["dbscan"].value_counts().head(6))
print(pd.crosstab(df["dbscan"], df["hdbscan"]))

# %% a stop for each cluster: the member nearest to the mean position
def stop(g):
    centre = g[["lat", "lon"]].mean()
    i = ((g[["lat", "lon"]] - centre) ** 2).sum(axis=1).idxmin()
    return g.loc[i, ["lat", "lon"]]

stops = df[df["dbscan"] >= 0].groupby("dbscan")[["lat", "lon"]].apply(stop)
print(stops.round(4))

# %%
plt.scatter(df["lon"], df["lat"], c=df["dbscan"], s=5, cmap="tab10")
plt.plot(stops["lon"], stops["lat"], "k*", ms=12)
plt.show()
