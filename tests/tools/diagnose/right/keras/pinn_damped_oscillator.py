"""Physics-informed net: u'' + 2 d u' + w0^2 u = 0, u(0) = 1, u'(0) = 0."""
import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(1)
tf.keras.backend.set_floatx("float32")
D, W0 = 1.0, 3.0


def exact(t):
    w = np.sqrt(W0 ** 2 - D ** 2)
    phi = np.arctan(-D / w)
    return np.exp(-D * t) * np.cos(phi + w * t) / np.cos(phi)


net = tf.keras.Sequential([
    tf.keras.layers.Input((1,)),
    tf.keras.layers.Dense(24, activation="tanh"),
    tf.keras.layers.Dense(24, activation="tanh"),
    tf.keras.layers.Dense(1),
])
opt = tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.ExponentialDecay(1e-2, 300, 0.7))
t_col = tf.constant(np.linspace(0, 2, 80)[:, None], tf.float32)
t0 = tf.zeros((1, 1))


@tf.function
def step():
    with tf.GradientTape() as outer:
        with tf.GradientTape() as g2:
            g2.watch(t_col)
            with tf.GradientTape() as g1:
                g1.watch(t_col)
                u = net(t_col)
            du = g1.gradient(u, t_col)
        ddu = g2.gradient(du, t_col)
        residual = ddu + 2 * D * du + W0 ** 2 * u
        with tf.GradientTape() as g0:
            g0.watch(t0)
            u0 = net(t0)
        du0 = g0.gradient(u0, t0)
        loss = 0.02 * tf.reduce_mean(residual ** 2) + tf.reduce_mean((u0 - 1.0) ** 2) + 0.1 * tf.reduce_mean(du0 ** 2)
    grads = outer.gradient(loss, net.trainable_variables)
    opt.apply_gradients(zip(grads, net.trainable_variables))
    return loss


for i in range(1500):
    loss = step()
    if i % 500 == 499:
        print(i + 1, float(loss))

t = np.linspace(0, 2, 50)
err = np.abs(net(t[:, None].astype("float32")).numpy()[:, 0] - exact(t))
print("largest error", err.max())
