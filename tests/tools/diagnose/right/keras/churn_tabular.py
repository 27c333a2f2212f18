"""Churn model on synthetic CRM data with keras preprocessing layers."""
import numpy as np
import pandas as pd
import keras
from keras import layers
import tensorflow as tf
from sklearn.metrics import roc_auc_score, f1_score, precision_recall_curve

keras.utils.set_random_seed(13)
rng = np.random.default_rng(13)
n = 1500
df = pd.DataFrame({
    "tenure": rng.integers(1, 72, n).astype("float32"),
    "monthly": rng.normal(70, 25, n).clip(15, 150).astype("float32"),
    "contract": rng.choice(["month", "year", "two_year"], n, p=[.6, .25, .15]),
    "payment": rng.choice(["card", "transfer", "cheque"], n),
})
logit = (-0.05 * df.tenure + 0.02 * df.monthly
         + df.contract.map({"month": 1.0, "year": -0.5, "two_year": -1.5}) - 0.8)
df["churn"] = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype("int32")

idx = rng.permutation(n)
train, val, test = (df.iloc[i] for i in np.split(idx, [int(.7 * n), int(.85 * n)]))

NUM = ["tenure", "monthly"]
CAT = ["contract", "payment"]


def to_ds(frame, shuffle=False, bs=64):
    feats = {c: frame[c].to_numpy()[:, None] for c in NUM + CAT}
    ds = tf.data.Dataset.from_tensor_slices((feats, frame["churn"].to_numpy()[:, None]))
    if shuffle:
        ds = ds.shuffle(len(frame), seed=1)
    return ds.batch(bs).prefetch(tf.data.AUTOTUNE)


def encode(ds, fns):
    def f(x, y):
        return tf.concat([tf.cast(fns[k](x[k]), tf.float32) for k in NUM + CAT], axis=-1), y
    return ds.map(f, num_parallel_calls=1)


fns = {}
for c in NUM:
    norm = layers.Normalization(axis=-1)
    norm.adapt(train[c].to_numpy()[:, None])
    fns[c] = norm
for c in CAT:
    fns[c] = layers.StringLookup(vocabulary=sorted(train[c].unique()), output_mode="one_hot")

train_ds = encode(to_ds(train, shuffle=True), fns)
val_ds = encode(to_ds(val), fns)
test_ds = encode(to_ds(test), fns)
n_feats = next(iter(train_ds))[0].shape[-1]

inputs = keras.Input((n_feats,))
x = layers.Dense(32, activation="relu")(inputs)
x = layers.Dense(16, activation="relu")(x)
out = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model(inputs, out)

neg, pos = np.bincount(train["churn"])
weights = {0: len(train) / (2 * neg), 1: len(train) / (2 * pos)}
model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.AUC(name="auc")])
model.fit(train_ds, validation_data=val_ds, epochs=12, class_weight=weights, verbose=0,
          callbacks=[keras.callbacks.EarlyStopping("val_auc", mode="max", patience=4,
                                                   restore_best_weights=True)])

p_val = model.predict(val_ds, verbose=0).ravel()
prec, rec, thr = precision_recall_curve(val["churn"], p_val)
f1 = 2 * prec * rec / np.maximum(prec + rec, 1e-9)
best = thr[np.argmax(f1[:-1])]
p_test = model.predict(test_ds, verbose=0).ravel()
print("threshold from validation:", best)
print("test auc", roc_auc_score(test["churn"], p_test))
print("test f1", f1_score(test["churn"], (p_test >= best).astype(int)))
