# Kim (2014) style sentence CNN in TensorFlow 1.x
import tensorflow as tf
import numpy as np


class TextCNN(object):
    """Embedding, convolution over words, max-over-time pooling, softmax."""

    def __init__(self, sequence_length, num_classes, vocab_size, embedding_size,
                 filter_sizes, num_filters, l2_reg_lambda=0.0):
        self.input_x = tf.placeholder(tf.int32, [None, sequence_length], name="input_x")
        self.input_y = tf.placeholder(tf.float32, [None, num_classes], name="input_y")
        self.dropout_keep_prob = tf.placeholder(tf.float32, name="dropout_keep_prob")
        l2_loss = tf.constant(0.0)

        with tf.device('/cpu:0'), tf.name_scope("embedding"):
            W = tf.Variable(tf.random_uniform([vocab_size, embedding_size], -1.0, 1.0), name="W")
            self.embedded_chars = tf.nn.embedding_lookup(W, self.input_x)
            self.embedded_chars_expanded = tf.expand_dims(self.embedded_chars, -1)

        pooled_outputs = []
        for filter_size in filter_sizes:
            with tf.name_scope("conv-maxpool-%s" % filter_size):
                shape = [filter_size, embedding_size, 1, num_filters]
                W = tf.Variable(tf.truncated_normal(shape, stddev=0.1), name="W")
                b = tf.Variable(tf.constant(0.1, shape=[num_filters]), name="b")
                conv = tf.nn.conv2d(self.embedded_chars_expanded, W, strides=[1, 1, 1, 1],
                                    padding="VALID", name="conv")
                h = tf.nn.relu(tf.nn.bias_add(conv, b), name="relu")
                pooled = tf.nn.max_pool(h, ksize=[1, sequence_length - filter_size + 1, 1, 1],
                                        strides=[1, 1, 1, 1], padding='VALID', name="pool")
                pooled_outputs.append(pooled)
        total = num_filters * len(filter_sizes)
        self.h_pool_flat = tf.reshape(tf.concat(pooled_outputs, 3), [-1, total])

        with tf.name_scope("dropout"):
            self.h_drop = tf.nn.dropout(self.h_pool_flat, self.dropout_keep_prob)

        with tf.name_scope("output"):
            W = tf.get_variable("W_out", shape=[total, num_classes],
                                initializer=tf.contrib.layers.xavier_initializer())
            b = tf.Variable(tf.constant(0.1, shape=[num_classes]), name="b")
            l2_loss += tf.nn.l2_loss(W) + tf.nn.l2_loss(b)
            self.scores = tf.nn.xw_plus_b(self.h_drop, W, b, name="scores")
            self.predictions = tf.argmax(self.scores, 1, name="predictions")

        with tf.name_scope("loss"):
            losses = tf.nn.softmax_cross_entropy_with_logits(logits=self.scores, labels=self.input_y)
            self.loss = tf.reduce_mean(losses) + l2_reg_lambda * l2_loss

        with tf.name_scope("accuracy"):
            correct = tf.equal(self.predictions, tf.argmax(self.input_y, 1))
            self.accuracy = tf.reduce_mean(tf.cast(correct, "float"), name="accuracy")


def train(x_train, y_train, x_dev, y_dev, vocab_size, epochs=10, batch_size=64):
    with tf.Graph().as_default(), tf.Session() as sess:
        cnn = TextCNN(x_train.shape[1], y_train.shape[1], vocab_size, 128, [3, 4, 5], 100, 0.1)
        global_step = tf.Variable(0, name="global_step", trainable=False)
        train_op = tf.train.AdamOptimizer(1e-3).minimize(cnn.loss, global_step=global_step)
        sess.run(tf.global_variables_initializer())
        for epoch in range(epochs):
            perm = np.random.permutation(len(x_train))
            for i in range(0, len(perm), batch_size):
                j = perm[i:i + batch_size]
                sess.run(train_op, {cnn.input_x: x_train[j], cnn.input_y: y_train[j],
                                    cnn.dropout_keep_prob: 0.5})
            loss, acc = sess.run([cnn.loss, cnn.accuracy],
                                 {cnn.input_x: x_dev, cnn.input_y: y_dev, cnn.dropout_keep_prob: 1.0})
            print("epoch {} dev loss {:g} acc {:g}".format(epoch, loss, acc))


if __name__ == "__main__":
    z = np.load("sentences.npz")
    n_dev = int(0.1 * len(z["x"]))
    order = np.random.RandomState(10).permutation(len(z["x"]))
    dev, tr = order[:n_dev], order[n_dev:]
    y = np.eye(2)[z["y"]]
    train(z["x"][tr], y[tr], z["x"][dev], y[dev], int(z["vocab_size"]))
