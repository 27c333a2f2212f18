import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn.metrics import ndcg_score
from sklearn.model_selection import GroupShuffleSplit


def queries(n_q=300, seed=0):
    rng = np.random.default_rng(seed)
    parts = []
    for q in range(n_q):
        m = rng.integers(8, 25)
        X = rng.normal(size=(m, 5))
        X[:, 4] += rng.normal()
        util = X[:, 0] + 0.6 * X[:, 1] * (X[:, 2] > 0) + rng.normal(0, 0.6, m)
        rel = np.digitize(util, [-0.3, 0.6, 1.4, 2.2])
        parts.append(pd.DataFrame(X, columns=list("abcde")).assign(qid=q, rel=rel))
    return pd.concat(parts, ignore_index=True)


def by_query(df, test_size, seed):
    a, b = next(GroupShuffleSplit(1, test_size=test_size, random_state=seed).split(df, groups=df["qid"]))
    return df.iloc[a].sort_values("qid"), df.iloc[b].sort_values("qid")


def sizes(df):
    return df.groupby("qid", sort=True).size().to_numpy()


def mean_ndcg(df, score, k=5):
    d = df.assign(score=score)
    vals = [ndcg_score([g["rel"]], [g["score"]], k=k) for _, g in d.groupby("qid") if g["rel"].max() > 0]
    return float(np.mean(vals))


data = queries()
dev, test = by_query(data, 0.25, 1)
train, valid = by_query(dev, 0.25, 2)
F = list("abcde")

ranker = lgb.LGBMRanker(objective="lambdarank", n_estimators=200, learning_rate=0.05, num_leaves=15,
                        min_child_samples=10, verbose=-1, random_state=0, n_jobs=1)
ranker.fit(
    train[F], train["rel"], group=sizes(train),
    eval_X=valid[F], eval_y=valid["rel"], eval_group=[sizes(valid)], eval_at=[5],
    callbacks=[lgb.early_stopping(25, verbose=False)],
)
print("trees used:", ranker.best_iteration_)
print("NDCG@5 ranker      ", round(mean_ndcg(test, ranker.predict(test[F])), 4))
print("NDCG@5 column a    ", round(mean_ndcg(test, test["a"]), 4))
print("NDCG@5 random order", round(mean_ndcg(test, np.random.default_rng(0).random(len(test))), 4))
