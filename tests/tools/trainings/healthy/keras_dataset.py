"""A dataset of TensorFlow, whose order another iteration would change, and several steps at a time."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(1)
X = rng.normal(size=(400, 16)).astype("float32")
y = (X @ rng.normal(size=(16, 4))).argmax(1)
rows = tf.data.Dataset.from_tensor_slices((X, y)).shuffle(400).batch(40).prefetch(2)
model = keras.Sequential(
    [keras.Input((16,)), layers.Dense(32, activation="relu"), layers.Dense(4, activation="softmax")]
)
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", steps_per_execution=5)
model.fit(rows, epochs=10, verbose=0)
