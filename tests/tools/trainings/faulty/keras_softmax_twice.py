"""TRAIN027: softmax in the model, and from_logits=True in the loss."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(480, 8)).astype("float32")
y = (X[:, 0] + X[:, 1] > 0).astype("int32") + (X[:, 2] > 0)
hidden = layers.Dense(16, activation="relu")
model = keras.Sequential([keras.Input((8,)), hidden, layers.Dense(3, activation="softmax")])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(X, y, epochs=4, verbose=0)
