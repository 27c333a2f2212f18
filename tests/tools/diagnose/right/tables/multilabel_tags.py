from sklearn.datasets import make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, hamming_loss, label_ranking_average_precision_score
from sklearn.model_selection import train_test_split
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain
from sklearn.pipeline import make_pipeline
from sklearn.feature_extraction.text import TfidfTransformer
import numpy as np

X, Y = make_multilabel_classification(n_samples=1500, n_features=40, n_classes=6, n_labels=2, length=60, random_state=1)
X_dev, X_test, Y_dev, Y_test = train_test_split(X, Y, test_size=0.25, random_state=0)
X_train, X_val, Y_train, Y_val = train_test_split(X_dev, Y_dev, test_size=0.25, random_state=0)

models = {
    "one vs rest": make_pipeline(TfidfTransformer(), OneVsRestClassifier(LogisticRegression(C=5, max_iter=300))),
    "chain": make_pipeline(TfidfTransformer(), ClassifierChain(LogisticRegression(C=5, max_iter=300), order="random", random_state=0)),
}
best = None
for name, m in models.items():
    m.fit(X_train, Y_train)
    P = m.predict_proba(X_val)
    # one threshold per tag, from validation
    grid = np.linspace(0.1, 0.9, 33)
    thr = np.array([grid[np.argmax([f1_score(Y_val[:, k], P[:, k] >= t, zero_division=0) for t in grid])] for k in range(6)])
    score = f1_score(Y_val, P >= thr, average="macro")
    print(name, "validation macro F1", round(score, 3), "thresholds", thr.round(2))
    if best is None or score > best[0]:
        best = (score, name, m, thr)
_, name, m, thr = best
P = m.predict_proba(X_test)
print("chosen", name)
print("test macro F1", round(f1_score(Y_test, P >= thr, average="macro"), 3),
      "micro F1", round(f1_score(Y_test, P >= thr, average="micro"), 3),
      "hamming", round(hamming_loss(Y_test, P >= thr), 3),
      "LRAP", round(label_ranking_average_precision_score(Y_test, P), 3))
