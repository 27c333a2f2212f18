"""Validated, and stopped before it overfits."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
y = rng.integers(0, 3, 600)
X = (2 * rng.normal(size=(3, 8)))[y] + rng.normal(size=(600, 8))
model = keras.Sequential(
    [
        layers.Dense(64, activation="relu"),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy")
model.fit(X, y, epochs=60, validation_split=0.3, callbacks=[keras.callbacks.EarlyStopping(patience=3)], verbose=0)
