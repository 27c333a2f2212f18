"""
Wearable data: every person has an own offset. Each person is standardised with a
resting recording taken before the labelled session, for training and for test people
alike, so that nothing from the labelled rows enters the scaling.
"""
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import LeaveOneGroupOut

rng = np.random.default_rng(15)
rows, rest = [], []
for person in range(14):
    off, gain = rng.normal(0, 5, 4), rng.uniform(0.5, 2, 4)
    rest.append(pd.DataFrame(off + gain * rng.normal(0, 1, (60, 4)), columns=list("abcd")).assign(person=person))
    label = rng.integers(0, 2, 80)
    sig = rng.normal(0, 1, (80, 4)) + np.outer(label, [0.9, -0.6, 0.4, 0.0])
    rows.append(pd.DataFrame(off + gain * sig, columns=list("abcd")).assign(person=person, stress=label))
session, rest = pd.concat(rows, ignore_index=True), pd.concat(rest, ignore_index=True)

stats = rest.groupby("person")[list("abcd")].agg(["mean", "std"])


def personalise(df):
    out = df.copy()
    for col in "abcd":
        m = df["person"].map(stats[(col, "mean")])
        s = df["person"].map(stats[(col, "std")])
        out[col] = (df[col] - m) / s
    return out


def loso(df):
    scores = []
    X, y, g = df[list("abcd")], df["stress"], df["person"]
    for tr, te in LeaveOneGroupOut().split(X, y, g):
        mu, sd = X.iloc[tr].mean(), X.iloc[tr].std()
        clf = LogisticRegression().fit((X.iloc[tr] - mu) / sd, y.iloc[tr])
        scores.append(balanced_accuracy_score(y.iloc[te], clf.predict((X.iloc[te] - mu) / sd)))
    return np.array(scores)


for name, d in (("global scaling", session), ("resting baseline", personalise(session))):
    s = loso(d)
    print(f"{name:17s} {s.mean():.3f} ± {s.std():.3f} over {len(s)} people")
