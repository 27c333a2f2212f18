"""Voice recordings, several per patient."""
import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold


def recordings(n_patients=90, seed=12):
    rng = np.random.default_rng(seed)
    rows = []
    for pid in range(n_patients):
        sick = rng.random() < 0.35
        base = rng.normal(0, 1.5, size=6)
        for _ in range(rng.integers(3, 12)):
            x = base + rng.normal(0, 0.6, size=6)
            x[:2] += 1.1 * sick
            rows.append([pid, *x, int(sick)])
    return pd.DataFrame(rows, columns=["patient", *[f"f{i}" for i in range(6)], "label"])


data = recordings()
features = [c for c in data if c.startswith("f")]

gss = GroupShuffleSplit(n_splits=1, test_size=0.25, random_state=0)
dev_idx, test_idx = next(gss.split(data, groups=data["patient"]))
dev, test = data.iloc[dev_idx], data.iloc[test_idx]
assert set(dev["patient"]).isdisjoint(test["patient"])

best = (-np.inf, None)
for leaf in (1, 3, 10, 25):
    fold_scores = []
    cv = StratifiedGroupKFold(n_splits=5, shuffle=True, random_state=4)
    for tr, va in cv.split(dev[features], dev["label"], groups=dev["patient"]):
        clf = ExtraTreesClassifier(200, min_samples_leaf=leaf, random_state=0, class_weight="balanced")
        clf.fit(dev[features].iloc[tr], dev["label"].iloc[tr])
        p = clf.predict_proba(dev[features].iloc[va])[:, 1]
        fold_scores.append(average_precision_score(dev["label"].iloc[va], p))
    score = np.mean(fold_scores)
    print(f"leaf={leaf:<3d} AP={score:.3f}")
    if score > best[0]:
        best = (score, leaf)

final = ExtraTreesClassifier(400, min_samples_leaf=best[1], random_state=0, class_weight="balanced")
final.fit(dev[features], dev["label"])
p_rec = final.predict_proba(test[features])[:, 1]

per_patient = (
    test.assign(p=p_rec).groupby("patient").agg(p=("p", "mean"), label=("label", "first"))
)
print("test AP, recordings:", round(average_precision_score(test["label"], p_rec), 3))
print("test AP, patients:  ", round(average_precision_score(per_patient["label"], per_patient["p"]), 3))
