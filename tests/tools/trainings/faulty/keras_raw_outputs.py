"""TRAIN028: raw outputs for a loss that takes probabilities."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(480, 8)).astype("float32")
y = (X[:, 0] + X[:, 1] > 0).astype("int32") + (X[:, 2] > 0)
model = keras.Sequential([keras.Input((8,)), layers.Dense(16, activation="relu"), layers.Dense(3)])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(X, y, epochs=4, verbose=0)
