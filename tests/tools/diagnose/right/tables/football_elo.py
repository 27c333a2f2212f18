"""Elo before each match, then a multinomial model on earlier seasons; the last season is the test."""
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss

m = pd.read_csv("data/matches.csv", parse_dates=["date"]).sort_values("date").reset_index(drop=True)
m["result"] = np.sign(m.home_goals - m.away_goals).map({1: "H", 0: "D", -1: "A"})

def elo_ratings(m, k=20, home=60):
    rating = {}
    before_h, before_a = [], []
    for row in m.itertuples():
        rh, ra = rating.get(row.home, 1500.0), rating.get(row.away, 1500.0)
        before_h.append(rh)
        before_a.append(ra)
        expected = 1 / (1 + 10 ** (-(rh + home - ra) / 400))
        score = {"H": 1.0, "D": 0.5, "A": 0.0}[row.result]
        rating[row.home] = rh + k * (score - expected)
        rating[row.away] = ra - k * (score - expected)
    return np.array(before_h), np.array(before_a), rating

def form(m, window=5):
    long = pd.concat([
        pd.DataFrame({"match": m.index, "team": m.home, "gd": m.home_goals - m.away_goals, "side": "h"}),
        pd.DataFrame({"match": m.index, "team": m.away, "gd": m.away_goals - m.home_goals, "side": "a"}),
    ]).sort_values("match")
    long["form"] = long.groupby("team")["gd"].transform(lambda s: s.shift(1).rolling(window, min_periods=1).mean())
    wide = long.pivot(index="match", columns="side", values="form")
    return wide["h"].fillna(0), wide["a"].fillna(0)

m["elo_h"], m["elo_a"], table = elo_ratings(m)
m["form_h"], m["form_a"] = form(m)
m["elo_diff"] = (m.elo_h - m.elo_a) / 100
m["form_diff"] = m.form_h - m.form_a
cut = m.date.quantile(0.75)
train, test = m[(m.date <= cut) & (m.index >= 60)], m[m.date > cut]
X = ["elo_diff", "form_diff"]
clf = LogisticRegression(max_iter=500).fit(train[X], train.result)
p = clf.predict_proba(test[X])
prior = np.tile(train.result.value_counts(normalize=True).reindex(clf.classes_).to_numpy(), (len(test), 1))
print("test log loss", round(log_loss(test.result, p, labels=clf.classes_), 4), "prior", round(log_loss(test.result, prior, labels=clf.classes_), 4))
print("test accuracy", round(accuracy_score(test.result, clf.predict(test[X])), 3), "always home", round((test.result == "H").mean(), 3))
print(pd.Series(table).sort_values(ascending=False).round(0).head())
