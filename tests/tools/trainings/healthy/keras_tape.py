"""A loop of its own, compiled."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(640, 10)).astype("float32")
y = (X[:, 0] > 0).astype("int64")
model = keras.Sequential([keras.Input((10,)), layers.Dense(16, activation="relu"), layers.Dense(2)])
optimizer = keras.optimizers.Adam(0.01)
compare = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@tf.function
def step(xb, yb):
    with tf.GradientTape() as tape:
        loss = compare(yb, model(xb, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return loss


for _epoch in range(5):
    for at in range(0, 640, 32):
        loss = step(X[at : at + 32], y[at : at + 32])
print(float(loss), float(tf.random.normal(())))
