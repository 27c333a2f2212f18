"""Softmax regression on MNIST, TensorFlow 1.x."""
from __future__ import absolute_import, division, print_function

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_string('data_dir', 'mnist', 'where the data lie')
tf.app.flags.DEFINE_integer('steps', 2000, 'training steps')
tf.app.flags.DEFINE_float('lr', 0.5, 'learning rate')


def main(_):
    mnist = input_data.read_data_sets(FLAGS.data_dir, one_hot=True)

    x = tf.placeholder(tf.float32, [None, 784])
    W = tf.Variable(tf.zeros([784, 10]))
    b = tf.Variable(tf.zeros([10]))
    logits = tf.matmul(x, W) + b
    y_ = tf.placeholder(tf.float32, [None, 10])

    loss = tf.reduce_mean(
        tf.nn.softmax_cross_entropy_with_logits(labels=y_, logits=logits))
    train_op = tf.train.GradientDescentOptimizer(FLAGS.lr).minimize(loss)
    correct = tf.equal(tf.argmax(logits, 1), tf.argmax(y_, 1))
    accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))

    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(FLAGS.steps):
            xs, ys = mnist.train.next_batch(100)
            sess.run(train_op, feed_dict={x: xs, y_: ys})
            if i % 200 == 0:
                l, a = sess.run([loss, accuracy],
                                feed_dict={x: mnist.validation.images, y_: mnist.validation.labels})
                print('step %d val loss %.4f acc %.4f' % (i, l, a))
        print('test', sess.run(accuracy, feed_dict={x: mnist.test.images, y_: mnist.test.labels}))


if __name__ == '__main__':
    tf.app.run()
