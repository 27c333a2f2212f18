import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

tf.keras.utils.set_random_seed(0)
digits = load_digits()
x = (digits.data / 16).astype(np.float32)
y = digits.target

model = tf.keras.models.Sequential([
    tf.keras.Input(shape=(64,)),
    tf.keras.layers.Dense(64, activation="relu"),
    tf.keras.layers.Dense(10),
])


def cross_entropy(labels, scores):
    labels = tf.cast(tf.reshape(labels, [-1]), tf.int32)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=scores)


model.compile(optimizer=tf.keras.optimizers.Adam(0.003), loss=cross_entropy, metrics=["accuracy"])
history = model.fit(x, y, epochs=8, batch_size=64, verbose=0)
print("loss", history.history["loss"][-1])
