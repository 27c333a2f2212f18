"""Matrix factorisation with SGD in numpy, split by time."""
import numpy as np
import pandas as pd

ratings = pd.read_csv("data/ratings.csv").sort_values("ts")
n = len(ratings)
train, valid, test = ratings.iloc[: int(.7 * n)], ratings.iloc[int(.7 * n): int(.85 * n)], ratings.iloc[int(.85 * n):]
NU, NI = ratings["user_id"].max() + 1, ratings["item_id"].max() + 1

class MF:
    def __init__(self, k, reg, lr=0.02, seed=0):
        r = np.random.default_rng(seed)
        self.P, self.Q = r.normal(0, .1, (NU, k)), r.normal(0, .1, (NI, k))
        self.bu, self.bi = np.zeros(NU), np.zeros(NI)
        self.reg, self.lr, self.rng = reg, lr, r

    def predict(self, d):
        u, i = d["user_id"].to_numpy(), d["item_id"].to_numpy()
        p = self.mu + self.bu[u] + self.bi[i] + (self.P[u] * self.Q[i]).sum(1)
        return np.clip(p, 1, 5)

    def rmse(self, d):
        return float(np.sqrt(((self.predict(d) - d["rating"]) ** 2).mean()))

    def fit(self, d, epochs):
        self.mu = d["rating"].mean()
        data = d[["user_id", "item_id", "rating"]].to_numpy()
        for _ in range(epochs):
            for u, i, r in data[self.rng.permutation(len(data))]:
                e = r - (self.mu + self.bu[u] + self.bi[i] + self.P[u] @ self.Q[i])
                self.bu[u] += self.lr * (e - self.reg * self.bu[u])
                self.bi[i] += self.lr * (e - self.reg * self.bi[i])
                pu = self.P[u].copy()
                self.P[u] += self.lr * (e * self.Q[i] - self.reg * pu)
                self.Q[i] += self.lr * (e * pu - self.reg * self.Q[i])
        return self

grid = [(k, reg, ep) for k in (3, 6) for reg in (.05, .15) for ep in (10, 25)]
res = {g: MF(g[0], g[1]).fit(train, g[2]).rmse(valid) for g in grid}
for g, v in res.items():
    print(g, round(v, 4))
k, reg, ep = min(res, key=res.get)
past = pd.concat([train, valid])
model = MF(k, reg).fit(past, ep)
base = float(np.sqrt(((past["rating"].mean() - test["rating"]) ** 2).mean()))
print("chosen", (k, reg, ep), "test RMSE", round(model.rmse(test), 4), "mean rating", round(base, 4))
