import numpy as np
import tensorflow as tf
from sklearn.metrics import ConfusionMatrixDisplay, confusion_matrix, balanced_accuracy_score
from sklearn.model_selection import GroupShuffleSplit

tf.keras.utils.set_random_seed(6)
rng = np.random.default_rng(6)
CLASSES = ["walk", "run", "sit"]


def window(cls, subject):
    t = np.arange(64) / 25.0
    f = {0: 1.8, 1: 2.8, 2: 0.0}[cls] + .05 * subject
    amp = {0: 1.0, 1: 2.0, 2: .1}[cls]
    ph = rng.uniform(0, 2 * np.pi, 3)
    sig = amp * np.sin(2 * np.pi * f * t[:, None] + ph)
    return sig + rng.normal(0, .4, (64, 3)) + np.array([0, 0, 9.8])


subj = rng.integers(0, 10, 900)
y = rng.choice(3, 900, p=[.5, .2, .3])
X = np.stack([window(c, s) for c, s in zip(y, subj)]).astype("float32")

tr, te = next(GroupShuffleSplit(1, test_size=.3, random_state=0).split(X, y, groups=subj))
assert not set(subj[tr]) & set(subj[te])
mu, sd = X[tr].mean((0, 1)), X[tr].std((0, 1))
X = (X - mu) / sd

model = tf.keras.Sequential([
    tf.keras.layers.Input((64, 3)),
    tf.keras.layers.Conv1D(16, 5, activation="relu"),
    tf.keras.layers.MaxPool1D(2),
    tf.keras.layers.Conv1D(32, 5, activation="relu"),
    tf.keras.layers.GlobalAveragePooling1D(),
    tf.keras.layers.Dense(3, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
counts = np.bincount(y[tr], minlength=3)
cw = {i: counts.sum() / (3 * c) for i, c in enumerate(counts)}
model.fit(X[tr], y[tr], epochs=8, batch_size=32, class_weight=cw, verbose=2)
pred = model.predict(X[te], verbose=0).argmax(axis=1)
cm = confusion_matrix(y[te], pred, normalize="true")
print(np.array2string(cm, precision=2))
print("balanced accuracy", balanced_accuracy_score(y[te], pred))
