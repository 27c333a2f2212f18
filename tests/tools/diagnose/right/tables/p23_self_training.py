import numpy as np
from sklearn.datasets import make_moons, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.semi_supervised import LabelSpreading, SelfTrainingClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.pipeline import make_pipeline

results = {}
for seed in range(3):
    rng = np.random.default_rng(seed)
    A, y = make_moons(1200, noise=0.18, random_state=seed)
    X = np.hstack([A, rng.normal(0, 0.3, (len(A), 2))])
    X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, random_state=seed, stratify=y)

    labelled = np.zeros(len(y_tr), bool)
    for c in (0, 1):
        labelled[rng.choice(np.flatnonzero(y_tr == c), 12, replace=False)] = True
    y_part = np.where(labelled, y_tr, -1)

    supervised = RandomForestClassifier(80, random_state=seed).fit(X_tr[labelled], y_tr[labelled])
    self_tr = SelfTrainingClassifier(RandomForestClassifier(80, random_state=seed), threshold=0.9, max_iter=8).fit(X_tr, y_part)
    spread = make_pipeline(StandardScaler(), LabelSpreading(kernel="knn", n_neighbors=9, max_iter=100)).fit(X_tr, y_part)
    upper = RandomForestClassifier(80, random_state=seed).fit(X_tr, y_tr)

    for name, m in [("24 labels", supervised), ("self-training", self_tr), ("spreading", spread), ("all labels", upper)]:
        results.setdefault(name, []).append(balanced_accuracy_score(y_te, m.predict(X_te)))

for name, v in results.items():
    print(f"{name:14s} {np.mean(v):.3f} (min {min(v):.3f}, max {max(v):.3f})")
