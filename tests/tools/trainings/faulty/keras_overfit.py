"""TRAIN011: few rows, many units, no end."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(160, 20))
y = (X[:, 0] + 2 * rng.normal(size=160) > 0).astype(int)
model = keras.Sequential(
    [
        layers.Dense(256, activation="relu"),
        layers.Dense(256, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.003), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=40, validation_split=0.4, verbose=0)
