import numpy as np
import pandas as pd
from sklearn.decomposition import TruncatedSVD
from scipy.sparse import csr_matrix


def interactions(n_users=400, n_items=150, seed=2):
    rng = np.random.default_rng(seed)
    taste, kind = rng.normal(size=(n_users, 4)), rng.normal(size=(n_items, 4))
    pop = rng.normal(0, 0.7, n_items)
    rows = []
    for u in range(n_users):
        util = taste[u] @ kind.T + pop
        prob = np.exp(util) / np.exp(util).sum()
        picks = rng.choice(n_items, size=rng.integers(6, 25), replace=False, p=prob)
        start = rng.integers(0, 1000)
        rows += [(u, i, start + 3 * t) for t, i in enumerate(rng.permutation(picks))]
    return pd.DataFrame(rows, columns=["user", "item", "ts"])


def hit_and_ndcg(scores, seen, wanted, k=10):
    s = scores.copy()
    s[seen.toarray() > 0] = -np.inf
    target = s[np.arange(len(wanted)), wanted]
    rank = (s > target[:, None]).sum(axis=1)
    hit = rank < k
    return hit.mean(), np.where(hit, 1 / np.log2(rank + 2), 0).mean()


log = interactions().sort_values(["user", "ts"])
pos_from_end = log.groupby("user").cumcount(ascending=False)
train, valid, test = log[pos_from_end >= 2], log[pos_from_end == 1], log[pos_from_end == 0]
shape = (log["user"].nunique(), log["item"].max() + 1)


def matrix(df):
    return csr_matrix((np.ones(len(df)), (df["user"], df["item"])), shape=shape)


M = matrix(train)
best = None
for d in (4, 8, 16, 32):
    svd = TruncatedSVD(d, random_state=0).fit(M)
    hr, nd = hit_and_ndcg(svd.inverse_transform(svd.transform(M)), M, valid["item"].to_numpy())
    print(f"d={d:2d} valid HR@10 {hr:.3f} NDCG@10 {nd:.3f}")
    if best is None or nd > best[0]:
        best = (nd, d)

M2 = matrix(pd.concat([train, valid]))
svd = TruncatedSVD(best[1], random_state=0).fit(M2)
wanted = test["item"].to_numpy()
print("SVD  test  HR %.3f NDCG %.3f" % hit_and_ndcg(svd.inverse_transform(svd.transform(M2)), M2, wanted))
popular = np.tile(np.asarray(M2.sum(axis=0)).ravel(), (shape[0], 1))
print("most popular HR %.3f NDCG %.3f" % hit_and_ndcg(popular, M2, wanted))
