import os
import numpy as np
import tensorflow as tf

flags = tf.flags
flags.DEFINE_integer("latent", 20, "size of z")
flags.DEFINE_integer("batch", 100, "")
flags.DEFINE_integer("epochs", 30, "")
FLAGS = flags.FLAGS


def encoder(x):
    with tf.variable_scope("enc"):
        h = tf.layers.dense(x, 400, tf.nn.softplus)
        mu = tf.layers.dense(h, FLAGS.latent)
        log_var = tf.layers.dense(h, FLAGS.latent)
    return mu, log_var


def decoder(z, reuse=False):
    with tf.variable_scope("dec", reuse=reuse):
        h = tf.layers.dense(z, 400, tf.nn.softplus, name="h")
        return tf.layers.dense(h, 784, name="logits")


def main(argv):
    (x_train, _), (x_test, _) = tf.keras.datasets.mnist.load_data()
    x_train = x_train.reshape(-1, 784).astype(np.float32) / 255.0
    x_test = x_test.reshape(-1, 784).astype(np.float32) / 255.0

    x = tf.placeholder(tf.float32, [None, 784])
    mu, log_var = encoder(x)
    z = mu + tf.exp(0.5 * log_var) * tf.random_normal(tf.shape(mu))
    logits = decoder(z)
    rec = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits), 1)
    kl = -0.5 * tf.reduce_sum(1 + log_var - tf.square(mu) - tf.exp(log_var), 1)
    elbo = -tf.reduce_mean(rec + kl)
    train_op = tf.train.AdamOptimizer(1e-3).minimize(-elbo)
    samples = tf.sigmoid(decoder(tf.random_normal([16, FLAGS.latent]), reuse=True))

    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for epoch in range(FLAGS.epochs):
            perm = np.random.permutation(len(x_train))
            for i in range(0, len(perm), FLAGS.batch):
                sess.run(train_op, {x: x_train[perm[i:i + FLAGS.batch]]})
            vals = [sess.run(elbo, {x: x_test[i:i + 1000]}) for i in range(0, len(x_test), 1000)]
            print("epoch %d test ELBO %.2f" % (epoch + 1, np.mean(vals)))
        np.save("samples.npy", sess.run(samples).reshape(-1, 28, 28))


if __name__ == "__main__":
    tf.app.run(main)
