"""TRAIN040: the base is set trainable after compile, and fit goes on with the old step."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(480, 8)).astype("float32")
y = (X[:, :1] * X[:, 1:2] > 0).astype("float32")
base = layers.Dense(16, activation="relu", name="base")
base.trainable = False
model = keras.Sequential([keras.Input((8,)), base, layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
model.fit(X, y, epochs=2, verbose=0)
base.trainable = True
model.fit(X, y, epochs=3, verbose=0)
