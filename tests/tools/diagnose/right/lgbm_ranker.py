"""LambdaMART on synthetic queries: groups stay together in every split."""
import lightgbm as lgb
import numpy as np
from sklearn.metrics import ndcg_score


def simulate(n_queries, docs, rng):
    q = rng.normal(size=(n_queries, 1, 4))
    d = rng.normal(size=(n_queries, docs, 4))
    affinity = (q * d).sum(-1) + 0.5 * d[..., 0] + rng.normal(scale=0.5, size=(n_queries, docs))
    order = affinity.argsort(axis=1).argsort(axis=1) / (docs - 1)
    grades = np.digitize(order, [0.5, 0.75, 0.9])
    X = np.concatenate([q * d, d], axis=-1)
    return X, grades


class Ranker:
    def __init__(self, **params):
        self.model = lgb.LGBMRanker(objective="lambdarank", random_state=0, n_jobs=1, verbose=-1, **params)

    def fit(self, X, y):
        n, k, f = X.shape
        self.model.fit(X.reshape(-1, f), y.ravel(), group=np.full(n, k))
        return self

    def score(self, X, y, at=5):
        n, k, f = X.shape
        s = self.model.predict(X.reshape(-1, f)).reshape(n, k)
        return ndcg_score(y, s, k=at)


if __name__ == "__main__":
    rng = np.random.default_rng(314)
    X, y = simulate(250, 12, rng)
    tr, va, te = slice(0, 150), slice(150, 200), slice(200, 250)
    best = max(
        ({"num_leaves": nl, "n_estimators": ne} for nl in (7, 15) for ne in (40, 80)),
        key=lambda p: Ranker(**p).fit(X[tr], y[tr]).score(X[va], y[va]),
    )
    trva = slice(0, 200)
    ranker = Ranker(**best).fit(X[trva], y[trva])
    print("chosen", best)
    print("test NDCG@5 %.3f, random order %.3f" % (ranker.score(X[te], y[te]), ndcg_score(y[te], rng.random(y[te].shape), k=5)))
