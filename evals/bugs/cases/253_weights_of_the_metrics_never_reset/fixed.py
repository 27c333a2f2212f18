"""A training loop of our own, with metrics for training and validation."""

import numpy as np
import tensorflow as tf


def make_data(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 6)).astype("float32")
    y = (x[:, 0] - x[:, 1] > 0).astype("float32")[:, None]
    return tf.data.Dataset.from_tensor_slices((x, y))


class Loop:
    def __init__(self, model, rate):
        self.model = model
        self.optimizer = tf.keras.optimizers.Adam(rate)
        self.loss_fn = tf.keras.losses.BinaryCrossentropy(from_logits=True)
        self.train_accuracy = tf.keras.metrics.BinaryAccuracy(threshold=0.0)
        self.val_accuracy = tf.keras.metrics.BinaryAccuracy(threshold=0.0)

    @tf.function
    def train_step(self, x, y):
        with tf.GradientTape() as tape:
            logits = self.model(x, training=True)
            loss = self.loss_fn(y, logits)
        gradients = tape.gradient(loss, self.model.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables))
        self.train_accuracy.update_state(y, logits)
        return loss

    def run(self, train, val, epochs):
        for epoch in range(epochs):
            self.train_accuracy.reset_state()
            self.val_accuracy.reset_state()
            for x, y in train:
                loss = self.train_step(x, y)
            for x, y in val:
                self.val_accuracy.update_state(y, self.model(x, training=False))
            print(
                f"epoch {epoch}: loss {float(loss):.3f}, accuracy {float(self.train_accuracy.result()):.3f}, "
                f"validation {float(self.val_accuracy.result()):.3f}"
            )


tf.keras.utils.set_random_seed(0)
train = make_data(640, seed=1).shuffle(640, seed=0).batch(64)
val = make_data(200, seed=2).batch(100)
model = tf.keras.Sequential([tf.keras.Input((6,)), tf.keras.layers.Dense(12, activation="relu"), tf.keras.layers.Dense(1)])
loop = Loop(model, rate=0.01)
loop.run(train, val, epochs=4)
print("rows counted in the last epoch:", int(loop.train_accuracy.count))
