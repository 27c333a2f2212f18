# Sanity check before a long run: can the network learn one batch by heart?
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

tf.keras.utils.set_random_seed(0)
x, y = load_digits(return_X_y=True)
x = (x / 16.0).reshape(-1, 8, 8, 1).astype("float32")
xb, yb = x[:16], y[:16]


def candidate():
    m = tf.keras.Sequential([
        tf.keras.layers.Input((8, 8, 1)),
        tf.keras.layers.Conv2D(16, 3, activation="relu"),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(32, activation="relu"),
        tf.keras.layers.Dense(10),
    ])
    m.compile(optimizer=tf.keras.optimizers.Adam(3e-3),
              loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
              metrics=["accuracy"])
    return m


net = candidate()
start = net.evaluate(xb, yb, verbose=0)[0]
print("loss at the start %.3f, log(10) = %.3f" % (start, np.log(10)))
assert abs(start - np.log(10)) < 0.7, "the first loss should be that of guessing"

# fitted and evaluated on the same 16 pictures: that is the whole point here
net.fit(xb, yb, epochs=60, batch_size=16, verbose=0)
loss, acc = net.evaluate(xb, yb, verbose=0)
assert acc == 1.0, "cannot even overfit 16 samples"
print("learned by heart, loss %.4f" % loss)

# every variable must have received a gradient
with tf.GradientTape() as tape:
    l = tf.reduce_mean(tf.keras.losses.sparse_categorical_crossentropy(yb, net(xb, training=True), from_logits=True))
assert all(g is not None for g in tape.gradient(l, net.trainable_variables))
print("all", len(net.trainable_variables), "variables have gradients")
