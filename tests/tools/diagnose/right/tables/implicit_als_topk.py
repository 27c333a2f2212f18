"""Implicit feedback: ALS in numpy, leave-the-last-one-out, hit rate and NDCG at 10."""
import numpy as np
import pandas as pd

r = pd.read_csv("data/ratings.csv").query("rating >= 4").sort_values(["user_id", "ts"])
r["n"] = r.groupby("user_id")["item_id"].transform("size")
r = r[r["n"] >= 5].copy()
r["back"] = r.groupby("user_id").cumcount(ascending=False)
train, valid, test = r[r["back"] >= 2], r[r["back"] == 1], r[r["back"] == 0]
U, I = r["user_id"].max() + 1, r["item_id"].max() + 1

def matrix(d):
    M = np.zeros((U, I))
    M[d["user_id"], d["item_id"]] = 1
    return M

def als(M, k, lam, alpha=10, iters=8, seed=0):
    rng = np.random.default_rng(seed)
    P, Q = rng.normal(0, .1, (M.shape[0], k)), rng.normal(0, .1, (M.shape[1], k))
    for _ in range(iters):
        for A, B, R in ((P, Q, M), (Q, P, M.T)):
            G = B.T @ B + lam * np.eye(k)
            for u in range(len(A)):
                j = np.flatnonzero(R[u])
                A[u] = np.linalg.solve(G + alpha * B[j].T @ B[j], (1 + alpha) * B[j].sum(0))
    return P @ Q.T

def evaluate(S, seen, held, k=10):
    S = np.where(seen > 0, -np.inf, S)
    hits, ndcg = [], []
    for u, i in held[["user_id", "item_id"]].to_numpy():
        rank = (S[u] > S[u, i]).sum()
        hits.append(rank < k)
        ndcg.append(1 / np.log2(rank + 2) if rank < k else 0.0)
    return np.mean(hits), np.mean(ndcg)

M = matrix(train)
res = {}
for k in (4, 8):
    for lam in (1.0, 10.0):
        res[k, lam] = evaluate(als(M, k, lam), M, valid)
        print("factors", k, "lambda", lam, "validation hit %.3f ndcg %.3f" % res[k, lam])
k, lam = max(res, key=lambda c: res[c][1])
full = matrix(pd.concat([train, valid]))
print("test ALS  hit %.3f ndcg %.3f" % evaluate(als(full, k, lam), full, test))
print("test popularity hit %.3f ndcg %.3f" % evaluate(np.tile(full.sum(0), (U, 1)), full, test))
