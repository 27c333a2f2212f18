import numpy as np
import pandas as pd
from lightgbm import LGBMRanker, early_stopping, log_evaluation
from sklearn.metrics import ndcg_score

df = pd.read_csv("data/search_ranking.csv").sort_values("query_id", kind="stable")
features = ["bm25", "ctr_hist", "freshness", "len_norm", "price_z"]

queries = df["query_id"].unique()
rng = np.random.RandomState(13)
rng.shuffle(queries)
q_train, q_valid, q_test = queries[:75], queries[75:100], queries[100:]

def part(qs):
    d = df[df["query_id"].isin(qs)]
    return d[features], d["relevance"], d.groupby("query_id", sort=False).size().to_numpy(), d

X_tr, y_tr, g_tr, _ = part(q_train)
X_va, y_va, g_va, _ = part(q_valid)
X_te, y_te, g_te, d_te = part(q_test)

ranker = LGBMRanker(objective="lambdarank", n_estimators=300, learning_rate=0.05, num_leaves=15,
                    min_child_samples=20, random_state=0, verbose=-1, n_jobs=1)
ranker.fit(X_tr, y_tr, group=g_tr, eval_set=[(X_va, y_va)], eval_group=[g_va], eval_at=[10],
           callbacks=[early_stopping(25, verbose=False), log_evaluation(0)])
print("best iteration", ranker.best_iteration_)

def mean_ndcg(d, score, k=10):
    d = d.assign(score=score)
    return np.mean([ndcg_score([g["relevance"]], [g["score"]], k=k) for _, g in d.groupby("query_id")])

print("test NDCG@10 ranker", round(mean_ndcg(d_te, ranker.predict(X_te)), 4))
print("test NDCG@10 bm25  ", round(mean_ndcg(d_te, d_te["bm25"]), 4))
print("test NDCG@10 random", round(mean_ndcg(d_te, rng.rand(len(d_te))), 4))
