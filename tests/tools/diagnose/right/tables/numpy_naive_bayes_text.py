import re
from collections import Counter, defaultdict
import math
import pandas as pd
import numpy as np


def tokens(text):
    return re.findall(r"[a-z]+", text.lower())


class NaiveBayes:
    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fit(self, texts, labels):
        self.classes = sorted(set(labels))
        self.prior = {c: math.log(sum(l == c for l in labels) / len(labels)) for c in self.classes}
        counts = defaultdict(Counter)
        for t, l in zip(texts, labels):
            counts[l].update(tokens(t))
        self.vocab = set().union(*counts.values())
        self.logp = {}
        for c in self.classes:
            total = sum(counts[c].values()) + self.alpha * len(self.vocab)
            self.logp[c] = {w: math.log((counts[c][w] + self.alpha) / total) for w in self.vocab}
        return self

    def predict(self, texts):
        out = []
        for t in texts:
            ws = [w for w in tokens(t) if w in self.vocab]
            out.append(max(self.classes, key=lambda c: self.prior[c] + sum(self.logp[c][w] for w in ws)))
        return out


df = pd.read_csv("data/sms.csv")
df["key"] = df["message"].map(lambda m: " ".join(tokens(m)))
df = df.drop_duplicates("key").sample(frac=1, random_state=0)
n = len(df)
train, dev, test = df[: int(.6 * n)], df[int(.6 * n): int(.8 * n)], df[int(.8 * n):]

def f1(y, p, pos="spam"):
    tp = sum(a == b == pos for a, b in zip(y, p))
    return 2 * tp / (sum(a == pos for a in y) + sum(b == pos for b in p))

scores = {}
for a in (0.01, 0.1, 1, 5):
    scores[a] = f1(dev["label"], NaiveBayes(a).fit(train["message"].tolist(), train["label"].tolist()).predict(dev["message"]))
    print("alpha", a, "dev F1", round(scores[a], 3))
alpha = max(scores, key=scores.get)
fit = pd.concat([train, dev])
nb = NaiveBayes(alpha).fit(fit["message"].tolist(), fit["label"].tolist())
print("test F1", round(f1(test["label"], nb.predict(test["message"])), 3))
ratio = {w: nb.logp["spam"][w] - nb.logp["ham"][w] for w in nb.vocab}
print("most spammy", sorted(ratio, key=ratio.get, reverse=True)[:8])
