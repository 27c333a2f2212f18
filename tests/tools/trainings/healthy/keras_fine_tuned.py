"""Trained, and then tuned with small steps; Keras by the name that TensorFlow gives it."""

import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
y = rng.integers(0, 3, 600)
X = (2 * rng.normal(size=(3, 8)))[y] + rng.normal(size=(600, 8))
model = tf.keras.Sequential(
    [
        tf.keras.layers.Dense(32, activation="relu"),
        tf.keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(tf.keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=5, verbose=0)
model.compile(tf.keras.optimizers.Adam(1e-6), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=5, verbose=0)
