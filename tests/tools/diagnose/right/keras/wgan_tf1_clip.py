import tensorflow as tf
import numpy as np
from tensorflow.examples.tutorials.mnist import input_data

mb_size, X_dim, z_dim, h_dim = 64, 784, 10, 128
mnist = input_data.read_data_sets('MNIST_data', one_hot=True)


def xavier_init(size):
    return tf.random_normal(shape=size, stddev=1. / tf.sqrt(size[0] / 2.))


X = tf.placeholder(tf.float32, shape=[None, X_dim])
z = tf.placeholder(tf.float32, shape=[None, z_dim])

D_W1 = tf.Variable(xavier_init([X_dim, h_dim]))
D_b1 = tf.Variable(tf.zeros(shape=[h_dim]))
D_W2 = tf.Variable(xavier_init([h_dim, 1]))
D_b2 = tf.Variable(tf.zeros(shape=[1]))
theta_D = [D_W1, D_W2, D_b1, D_b2]

G_W1 = tf.Variable(xavier_init([z_dim, h_dim]))
G_b1 = tf.Variable(tf.zeros(shape=[h_dim]))
G_W2 = tf.Variable(xavier_init([h_dim, X_dim]))
G_b2 = tf.Variable(tf.zeros(shape=[X_dim]))
theta_G = [G_W1, G_W2, G_b1, G_b2]


def generator(z):
    h1 = tf.nn.relu(tf.matmul(z, G_W1) + G_b1)
    return tf.nn.sigmoid(tf.matmul(h1, G_W2) + G_b2)


def discriminator(x):
    h1 = tf.nn.relu(tf.matmul(x, D_W1) + D_b1)
    return tf.matmul(h1, D_W2) + D_b2


G_sample = generator(z)
D_real, D_fake = discriminator(X), discriminator(G_sample)
D_loss = tf.reduce_mean(D_real) - tf.reduce_mean(D_fake)
G_loss = -tf.reduce_mean(D_fake)

D_solver = tf.train.RMSPropOptimizer(learning_rate=1e-4).minimize(-D_loss, var_list=theta_D)
G_solver = tf.train.RMSPropOptimizer(learning_rate=1e-4).minimize(G_loss, var_list=theta_G)
clip_D = [p.assign(tf.clip_by_value(p, -0.01, 0.01)) for p in theta_D]

sess = tf.Session()
sess.run(tf.global_variables_initializer())
for it in range(100000):
    for _ in range(5):
        X_mb, _ = mnist.train.next_batch(mb_size)
        _, D_loss_curr = sess.run(
            [D_solver, D_loss],
            feed_dict={X: X_mb, z: np.random.uniform(-1., 1., size=[mb_size, z_dim])})
        sess.run(clip_D)
    _, G_loss_curr = sess.run(
        [G_solver, G_loss],
        feed_dict={z: np.random.uniform(-1., 1., size=[mb_size, z_dim])})
    if it % 1000 == 0:
        print('Iter: {}; D loss: {:.4}; G_loss: {:.4}'.format(it, D_loss_curr, G_loss_curr))
        np.save('out_{}.npy'.format(it // 1000),
                sess.run(G_sample, {z: np.random.uniform(-1., 1., size=[16, z_dim])}))
sess.close()
