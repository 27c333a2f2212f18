import random

import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

random.seed(2)
keras.utils.set_random_seed(2)

X, y = load_digits(return_X_y=True)
X = (X / 16.0).astype("float32")
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, stratify=y, random_state=2)


def make_pairs(X, y, n):
    by_class = {c: np.flatnonzero(y == c) for c in np.unique(y)}
    a, b, same = [], [], []
    for k in range(n):
        if k % 2 == 0:
            c = random.choice(list(by_class))
            i, j = np.random.choice(by_class[c], 2, replace=False)
            same.append(1.0)
        else:
            c1, c2 = random.sample(list(by_class), 2)
            i, j = np.random.choice(by_class[c1]), np.random.choice(by_class[c2])
            same.append(0.0)
        a.append(X[i])
        b.append(X[j])
    return [np.array(a), np.array(b)], np.array(same, dtype="float32")


def contrastive_loss(margin=1.0):
    # y = 1 for the same digit; y_pred is a distance
    def loss(y_true, d):
        pos = y_true * ops.square(d)
        neg = (1.0 - y_true) * ops.square(ops.maximum(margin - d, 0.0))
        return ops.mean(pos + neg)
    return loss


tower = keras.Sequential(
    [keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(16)], name="tower"
)
left, right = keras.Input((64,)), keras.Input((64,))
dist = layers.Lambda(
    lambda t: ops.sqrt(ops.maximum(ops.sum(ops.square(t[0] - t[1]), axis=1, keepdims=True), 1e-9)),
    output_shape=(1,),
)([tower(left), tower(right)])
siamese = keras.Model([left, right], dist)
siamese.compile("adam", loss=contrastive_loss(1.0))

pairs_tr, s_tr = make_pairs(X_tr, y_tr, 2000)
pairs_te, s_te = make_pairs(X_te, y_te, 600)
siamese.fit(pairs_tr, s_tr, epochs=6, batch_size=64, validation_split=0.1, verbose=2)

d = siamese.predict(pairs_te, verbose=0).ravel()
# a small distance means "same", hence the minus sign
print("AUC", roc_auc_score(s_te, -d))
