"""Tanh units and a sigmoid."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(600, 6))
y = 3 * X[:, 0] - X[:, 1] * X[:, 2] + 0.1 * rng.normal(size=600)
y = (y > 0).astype(int)
model = keras.Sequential(
    [
        layers.Dense(16, activation="tanh"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=20, verbose=0)
