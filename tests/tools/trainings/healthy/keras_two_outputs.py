"""Two inputs and two outputs, and then a generator."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(1)
X = rng.normal(size=(400, 16)).astype("float32")
y = (X @ rng.normal(size=(16, 4))).argmax(1)
one, two = keras.Input((16,), name="one"), keras.Input((16,), name="two")
both = layers.Concatenate()([layers.Dense(16, activation="relu")(one), layers.Dense(16, activation="relu")(two)])
kind, size = layers.Dense(4, activation="softmax", name="kind")(both), layers.Dense(1, name="size")(both)
model = keras.Model([one, two], [kind, size])
model.compile("adam", {"kind": "sparse_categorical_crossentropy", "size": "mse"})
model.fit({"one": X, "two": X}, {"kind": y, "size": X[:, :1]}, epochs=8, verbose=0)


def batches():
    while True:
        places = rng.integers(0, 400, 32)
        yield X[places], y[places]


single = keras.Sequential([keras.Input((16,)), layers.Dense(32, activation="relu"), layers.Dense(4)])
single.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
single.fit(batches(), steps_per_epoch=13, epochs=8, verbose=0)
