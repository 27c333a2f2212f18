import numpy as np
import keras
from keras import layers, regularizers
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import classification_report

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# sensor batches arrive one file per class, they are stacked in the order of the files
digits = load_digits()
batches = [digits.data[digits.target == c] for c in range(10)]
hold = [b[:30] for b in batches]
work = [b[30:] for b in batches]


def stack(parts):
    X = np.concatenate(parts).astype("float32")
    y = np.concatenate([np.full(len(p), c) for c, p in enumerate(parts)])
    return X, y


X, y = stack(work)
X_test, y_test = stack(hold)
perm = rng.permutation(len(X))
X, y = X[perm], y[perm]
n_train = int(len(X) * 0.8)
scaler = StandardScaler().fit(X[:n_train])
X = scaler.transform(X)
X_test = scaler.transform(X_test)

inputs = keras.Input(shape=(64,))
h = layers.Dense(96, activation="relu", kernel_regularizer=regularizers.l2(1e-4))(inputs)
h = layers.Dense(48, activation="relu")(h)
outputs = layers.Dense(10, activation="softmax")(h)
model = keras.Model(inputs, outputs)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])

history = model.fit(
    X,
    y,
    epochs=15,
    batch_size=32,
    validation_split=0.2,
    shuffle=True,
    verbose=0,
)
print("val_accuracy per epoch:", np.round(history.history["val_accuracy"], 3))
proba = model.predict(X_test, verbose=0)
print(classification_report(y_test, proba.argmax(1), digits=3, zero_division=0))
