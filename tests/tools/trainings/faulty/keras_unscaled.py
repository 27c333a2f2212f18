"""TRAIN010: inputs in thousands."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(600, 6))
y = 3 * X[:, 0] - X[:, 1] * X[:, 2] + 0.1 * rng.normal(size=600)
X = 5000 * X + 20000
y = (y > 0).astype(int)
model = keras.Sequential(
    [
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=10, verbose=0)
