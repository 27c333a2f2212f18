import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(0)

rng = np.random.default_rng(0)
xs = rng.normal(size=(100, 2)).astype("float32")
ys = (xs @ np.array([[2.0], [-3.0]])).astype("float32")

W = tf.Variable(tf.zeros([2, 1]))
x = tf.placeholder(tf.float32, [None, 2])
y = tf.placeholder(tf.float32, [None, 1])
loss = tf.reduce_mean(tf.square(tf.matmul(x, W) - y))
step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(50):
        sess.run(step, feed_dict={x: xs, y: ys})
    print(sess.run(W))
