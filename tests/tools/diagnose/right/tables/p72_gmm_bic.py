import itertools

import numpy as np
import pandas as pd
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture
from sklearn.preprocessing import StandardScaler

X, truth = make_blobs(500, centers=4, cluster_std=[1.0, 1.6, 0.7, 1.1], random_state=22)
X = X @ np.array([[1.0, 0.5], [-0.4, 1.2]])
X = StandardScaler().fit_transform(X)

rows = []
for k, cov in itertools.product(range(1, 8), ["full", "tied", "diag", "spherical"]):
    gm = GaussianMixture(k, covariance_type=cov, n_init=1, random_state=0).fit(X)
    rows.append((k, cov, gm.bic(X), gm.aic(X)))
table = pd.DataFrame(rows, columns=["k", "cov", "bic", "aic"]).sort_values("bic")
print(table.head(5).round(1).to_string(index=False))

k, cov = table.iloc[0][["k", "cov"]]
gm = GaussianMixture(int(k), covariance_type=cov, n_init=5, random_state=0).fit(X)
post = gm.predict_proba(X)
unsure = post.max(axis=1) < 0.8
print("weights", gm.weights_.round(3), "| unsure points", unsure.sum())
print("ARI against the generator:", round(adjusted_rand_score(truth, post.argmax(axis=1)), 3))

dp = BayesianGaussianMixture(n_components=12, weight_concentration_prior=0.01, max_iter=300, random_state=0).fit(X)
print("Dirichlet process keeps", int((dp.weights_ > 0.02).sum()), "components")

low = np.quantile(gm.score_samples(X), 0.02)
print("2 % least likely points, first rows:\n", X[gm.score_samples(X) < low][:3].round(2))
