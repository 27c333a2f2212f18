"""TRAIN030: two classes are numbered 1 and 2, and the loss is that of yes or no."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(480, 8)).astype("float32")
y = 1 + (X[:, 0] > 0)
hidden = layers.Dense(16, activation="relu")
model = keras.Sequential([keras.Input((8,)), hidden, layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(X, y.astype("float32"), epochs=4, verbose=0)
