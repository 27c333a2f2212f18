from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelSpreading, SelfTrainingClassifier
import numpy as np

X, y = load_digits(return_X_y=True)
X = X / 16
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
rng = np.random.default_rng(0)
labelled = np.concatenate([rng.choice(np.flatnonzero(y_train == c), 6, replace=False) for c in range(10)])
y_part = np.full_like(y_train, -1)
y_part[labelled] = y_train[labelled]
print("labelled", (y_part >= 0).sum(), "of", len(y_part))

supervised = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(X_train[labelled], y_train[labelled])
scaler = StandardScaler().fit(X_train)
spread = LabelSpreading(kernel="rbf", gamma=3).fit(X_train, y_part)
selft = SelfTrainingClassifier(LogisticRegression(max_iter=500), threshold=0.9).fit(scaler.transform(X_train), y_part)
print("60 labels only  ", round(supervised.score(X_test, y_test), 3))
print("self-training   ", round(selft.score(scaler.transform(X_test), y_test), 3))
print("label spreading ", round(spread.score(X_test, y_test), 3))
