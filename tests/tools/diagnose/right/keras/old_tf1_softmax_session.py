"""Softmax regression on digits with the TF1 API under tf.compat.v1."""
import numpy as np
import tensorflow.compat.v1 as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

tf.disable_v2_behavior()
tf.set_random_seed(0)
np.random.seed(0)

X, y = load_digits(return_X_y=True)
X = X / 16.0
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)

x_ph = tf.placeholder(tf.float32, [None, 64], name='x')
y_ph = tf.placeholder(tf.int64, [None], name='y')

W = tf.Variable(tf.zeros([64, 10]))
b = tf.Variable(tf.zeros([10]))
logits = tf.matmul(x_ph, W) + b          # convex problem: zeros are a fine start

loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y_ph, logits=logits))
train_op = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
correct = tf.equal(tf.argmax(logits, 1), y_ph)
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))

batch = 100
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(20):
        perm = np.random.permutation(len(X_train))
        for i in range(0, len(perm), batch):
            idx = perm[i:i + batch]
            sess.run(train_op, feed_dict={x_ph: X_train[idx], y_ph: y_train[idx]})
        if epoch % 5 == 4:
            tr = sess.run(loss, feed_dict={x_ph: X_train, y_ph: y_train})
            print('epoch %d, loss %.4f' % (epoch + 1, tr))
    print('test accuracy: %.4f' % sess.run(accuracy, feed_dict={x_ph: X_test, y_ph: y_test}))
