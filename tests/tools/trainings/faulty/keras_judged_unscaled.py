"""TRAIN041: the table is scaled for fit, and asked about as it is."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
raw = 40 + 25 * rng.normal(size=(480, 8)).astype("float32")
y = (raw[:, 0] > raw[:, 1]).astype("int32")
hidden = layers.Dense(16, activation="relu")
model = keras.Sequential([keras.Input((8,)), hidden, layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit((raw[:400] - raw.mean(axis=0)) / raw.std(axis=0), y[:400], epochs=3, verbose=0)
model.evaluate(raw[400:], y[400:], verbose=0)
