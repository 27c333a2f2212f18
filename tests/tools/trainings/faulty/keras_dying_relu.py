"""TRAIN003: a rate that kills the units."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
y = rng.integers(0, 3, 600)
X = (2 * rng.normal(size=(3, 8)))[y] + rng.normal(size=(600, 8))
model = keras.Sequential(
    [
        layers.Dense(32, activation="relu", bias_initializer=keras.initializers.Constant(-12.0)),
        layers.Dense(32, activation="relu"),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=10, verbose=0)
