"""TRAIN006: a missing value among the inputs."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(600, 6))
y = 3 * X[:, 0] - X[:, 1] * X[:, 2] + 0.1 * rng.normal(size=600)
X[7, 2] = np.nan
model = keras.Sequential(
    [
        layers.Dense(32, activation="relu"),
        layers.Dense(1),
    ]
)
model.compile(optimizer="adam", loss="mse")
model.fit(X, y, epochs=3, verbose=0)
