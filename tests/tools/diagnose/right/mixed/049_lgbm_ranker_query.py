"""Learning to rank: synthetic search logs, split by query."""
import numpy as np
from lightgbm import LGBMRanker, early_stopping
from sklearn.metrics import ndcg_score

rng = np.random.default_rng(12)
N_QUERIES, DOCS, D = 300, 20, 12
w = rng.normal(size=D)
X = rng.normal(size=(N_QUERIES, DOCS, D))
util = X @ w + 0.8 * np.sin(3 * X[..., 0]) + rng.normal(0, 1.0, (N_QUERIES, DOCS))
ranks = util.argsort(1).argsort(1)
rel = np.digitize(ranks, [10, 15, 18])  # grades 0..3 within a query

q = rng.permutation(N_QUERIES)
q_tr, q_va, q_te = q[:200], q[200:250], q[250:]


def flat(idx):
    return X[idx].reshape(-1, D), rel[idx].ravel(), [DOCS] * len(idx)


X_tr, y_tr, g_tr = flat(q_tr)
X_va, y_va, g_va = flat(q_va)
model = LGBMRanker(n_estimators=400, learning_rate=0.05, num_leaves=15, random_state=0, n_jobs=1, verbosity=-1)
model.fit(X_tr, y_tr, group=g_tr, eval_set=[(X_va, y_va)], eval_group=[g_va], eval_at=[5],
          callbacks=[early_stopping(30, verbose=False)])

X_te, y_te, _ = flat(q_te)
score = model.predict(X_te).reshape(-1, DOCS)
print("NDCG@5 model :", round(ndcg_score(rel[q_te], score, k=5), 3))
print("NDCG@5 random:", round(ndcg_score(rel[q_te], rng.normal(size=score.shape), k=5), 3))
