import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(0)

rng = np.random.default_rng(0)
xs = rng.normal(size=(100, 2)).astype("float32")
ys = (xs @ np.array([[2.0], [-3.0]])).astype("float32")

W = tf.Variable(tf.zeros([2, 1]))
for _ in range(50):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(tf.matmul(xs, W) - ys))
    W.assign_sub(0.1 * tape.gradient(loss, W))
print(W.numpy())
