"""TRAIN012: softmax over a single unit."""

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
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=10, verbose=0)
