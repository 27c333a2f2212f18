"""TRAIN004: a rate too large for Adam."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
y = rng.integers(0, 3, 600)
X = (2 * rng.normal(size=(3, 8)))[y] + 3 * rng.normal(size=(600, 8))
model = keras.Sequential(
    [
        layers.Dense(32, activation="relu"),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(1.5), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=20, verbose=0)
