# In this data set class 0 is the malignant one -> the probability of interest is column 0
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, fbeta_score, make_scorer, recall_score, roc_auc_score
from sklearn.model_selection import TunedThresholdClassifierCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

bunch = load_breast_cancer()
assert list(bunch.target_names) == ["malignant", "benign"]
X_a, X_b, y_a, y_b = train_test_split(bunch.data, bunch.target, test_size=0.3, stratify=bunch.target, random_state=9)

clf = make_pipeline(StandardScaler(), LogisticRegression(C=0.1)).fit(X_a, y_a)
col = int(np.flatnonzero(clf.classes_ == 0)[0])
p_malignant = clf.predict_proba(X_b)[:, col]
print("AUC %.3f  AP %.3f" % (roc_auc_score(y_b == 0, p_malignant), average_precision_score(y_b, p_malignant, pos_label=0)))
print("recall of the malignant at 0.5: %.3f" % recall_score(y_b, clf.predict(X_b), pos_label=0))

f2 = make_scorer(fbeta_score, beta=2, pos_label=0)
tuned = TunedThresholdClassifierCV(make_pipeline(StandardScaler(), LogisticRegression(C=0.1)), scoring=f2, cv=5, random_state=9).fit(X_a, y_a)
print("with a threshold tuned by cv on the training part: %.3f" % recall_score(y_b, tuned.predict(X_b), pos_label=0))
