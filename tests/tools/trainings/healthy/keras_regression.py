"""A regression."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(600, 6))
y = 3 * X[:, 0] - X[:, 1] * X[:, 2] + 0.1 * rng.normal(size=600)
model = keras.Sequential(
    [
        layers.Dense(32, activation="relu"),
        layers.Dense(16, activation="relu"),
        layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse")
model.fit(X, y, epochs=30, verbose=0)
