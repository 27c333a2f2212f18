"""A file too big for memory, read in chunks: two passes over the training chunks, the last chunks are the test."""
import numpy as np
import pandas as pd
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

PATH, CHUNK, N_TRAIN_CHUNKS = "data/transactions.csv", 500, 9
cols = [f"V{i}" for i in range(1, 11)] + ["Amount"]

def chunks(start, stop):
    for i, c in enumerate(pd.read_csv(PATH, chunksize=CHUNK)):
        if start <= i and (stop is None or i < stop):
            c["Amount"] = np.log1p(c["Amount"])
            yield c[cols].to_numpy(), c["Class"].to_numpy()

scaler, pos, n = StandardScaler(), 0, 0
for X, y in chunks(0, N_TRAIN_CHUNKS):
    scaler.partial_fit(X)
    pos, n = pos + y.sum(), n + len(y)
weights = {0: n / (2 * (n - pos)), 1: n / (2 * pos)}
print("train rows", n, "positives", pos)

clf = SGDClassifier(loss="log_loss", alpha=1e-3, class_weight=weights, random_state=0)
for epoch in range(5):
    for X, y in chunks(0, N_TRAIN_CHUNKS):
        clf.partial_fit(scaler.transform(X), y, classes=[0, 1])

truth, score = [], []
for X, y in chunks(N_TRAIN_CHUNKS, None):
    truth.append(y)
    score.append(clf.decision_function(scaler.transform(X)))
truth, score = np.concatenate(truth), np.concatenate(score)
print("test rows", len(truth), "AP", round(average_precision_score(truth, score), 3), "AUC", round(roc_auc_score(truth, score), 3))
