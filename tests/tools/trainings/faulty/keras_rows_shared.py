"""TRAIN025: the rows to validate on are taken from all, those for training too."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(600, 8)).astype("float32")
y = (X[:, 0] > 0).astype("int32")
hidden = layers.Dense(16, activation="relu")
model = keras.Sequential([keras.Input((8,)), hidden, layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(X[:500], y[:500], validation_data=(X[400:], y[400:]), epochs=3, verbose=0)
