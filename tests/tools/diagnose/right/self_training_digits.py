import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.linear_model import LogisticRegression
from sklearn.semi_supervised import LabelSpreading, SelfTrainingClassifier

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=9)

# keep 60 labels of the training part, hide the others (-1 means "no label" to scikit-learn)
lab_idx, unlab_idx = train_test_split(np.arange(len(y_train)), train_size=60, stratify=y_train, random_state=9)
y_partial = y_train.copy()
y_partial[unlab_idx] = -1

def new_base():
    return make_pipeline(MinMaxScaler(), LogisticRegression(max_iter=1000))

supervised = new_base().fit(X_train[lab_idx], y_train[lab_idx])
selftrain = SelfTrainingClassifier(new_base(), threshold=0.9).fit(X_train, y_partial)
spread = make_pipeline(MinMaxScaler(), LabelSpreading(kernel="knn", n_neighbors=7)).fit(X_train, y_partial)

for tag, m in [("60 labels only", supervised), ("self-training", selftrain), ("label spreading", spread)]:
    print(f"{tag:16s} {accuracy_score(y_test, m.predict(X_test)):.3f}")
