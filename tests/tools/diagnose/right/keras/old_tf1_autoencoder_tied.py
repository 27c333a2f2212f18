# tied-weights autoencoder, TensorFlow 1.x
from __future__ import division, print_function
import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets('MNIST_data/', one_hot=False)   # pixels come in [0, 1]

n_in, n_hidden = 784, 64
lr, epochs, batch = 1e-3, 10, 128

X = tf.placeholder(tf.float32, [None, n_in])
noise = tf.placeholder_with_default(0.0, [])

W = tf.get_variable('W', [n_in, n_hidden], initializer=tf.glorot_uniform_initializer())
b1 = tf.Variable(tf.zeros([n_hidden]))
b2 = tf.Variable(tf.zeros([n_in]))

corrupted = X + noise * tf.random_normal(tf.shape(X))
code = tf.nn.relu(tf.matmul(corrupted, W) + b1)
logits = tf.matmul(code, W, transpose_b=True) + b2          # same W, on purpose
recon = tf.nn.sigmoid(logits)

loss = tf.reduce_mean(tf.reduce_sum(
    tf.nn.sigmoid_cross_entropy_with_logits(labels=X, logits=logits), axis=1))
mse = tf.reduce_mean(tf.square(X - recon))
step = tf.train.AdamOptimizer(lr).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    n_batches = mnist.train.num_examples // batch
    for epoch in range(epochs):
        total = 0.0
        for _ in range(n_batches):
            bx, _ = mnist.train.next_batch(batch)
            _, l = sess.run([step, loss], feed_dict={X: bx, noise: 0.2})
            total += l
        print('epoch', epoch + 1, 'loss', total / n_batches)
    print('test mse', sess.run(mse, feed_dict={X: mnist.test.images}))
