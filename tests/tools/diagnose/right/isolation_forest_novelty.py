"""Novelty detection on digits: learn what zeros look like, flag everything else.

The detector only ever sees zeros. Half of the zeros are kept back for evaluation
together with all the other digits.
"""
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.svm import OneClassSVM

digits = load_digits()
zeros = digits.data[digits.target == 0]
others = digits.data[digits.target != 0]
zeros_fit, zeros_eval = train_test_split(zeros, test_size=0.5, random_state=0)

X_eval = np.vstack([zeros_eval, others])
is_novel = np.r_[np.zeros(len(zeros_eval)), np.ones(len(others))]

detectors = [
    IsolationForest(n_estimators=200, random_state=0),
    LocalOutlierFactor(n_neighbors=10, novelty=True),
    OneClassSVM(nu=0.05, gamma="scale"),
]
for det in detectors:
    pipe = make_pipeline(PCA(n_components=15, random_state=0), det).fit(zeros_fit)
    novelty = -pipe.decision_function(X_eval)   # large = unlike the training zeros
    print(f"{type(det).__name__:20s} AUC {roc_auc_score(is_novel, novelty):.4f}")
