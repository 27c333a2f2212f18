"""TRAIN035: what is made smaller is the overlap itself."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(480, 8)).astype("float32")
y = (X[:, :1] > 0).astype("float32")


def overlap(wanted, given):
    both = keras.ops.sum(wanted * given)
    return 2 * both / (keras.ops.sum(wanted) + keras.ops.sum(given) + 1e-6)


hidden = layers.Dense(16, activation="relu")
model = keras.Sequential([keras.Input((8,)), hidden, layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.01), overlap, metrics=["accuracy"])
model.fit(X, y, epochs=10, verbose=0)
