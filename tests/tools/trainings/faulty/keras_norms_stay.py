"""TRAIN042: a step of its own calls the model without training=True."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(480, 8)).astype("float32")
y = (X[:, :1] > 0).astype("float32")


class Stepped(keras.Sequential):
    def train_step(self, data):
        rows, wanted = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(rows, wanted, self(rows))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}


parts = [keras.Input((8,)), layers.Dense(16, activation="relu"), layers.BatchNormalization()]
model = Stepped([*parts, layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
model.fit(X, y, epochs=4, verbose=0)
