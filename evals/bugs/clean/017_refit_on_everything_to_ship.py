"""Judge first, then fit the model that is shipped on all rows; it is not scored again."""
import pickle
from pathlib import Path

from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import train_test_split

X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=9, stratify=y)
model = ExtraTreesClassifier(n_estimators=80, random_state=9).fit(X_train, y_train)
print("expected accuracy:", model.score(X_test, y_test))

shipped = ExtraTreesClassifier(n_estimators=80, random_state=9).fit(X, y)
Path("model.pkl").write_bytes(pickle.dumps(shipped))
