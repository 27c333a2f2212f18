# Mixture density network on Bishop's inverse problem
import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(0)
K = 3
rng = np.random.default_rng(0)
t = rng.uniform(0, 1, 1500)
x = t + .3 * np.sin(2 * np.pi * t) + rng.uniform(-.1, .1, t.size)
x, t = x[:, None].astype("float32"), t[:, None].astype("float32")
x_tr, t_tr, x_te, t_te = x[:1200], t[:1200], x[1200:], t[1200:]

inp = tf.keras.Input((1,))
h = tf.keras.layers.Dense(32, activation="tanh")(inp)
h = tf.keras.layers.Dense(32, activation="tanh")(h)
params = tf.keras.layers.Dense(3 * K)(h)
mdn = tf.keras.Model(inp, params)


def split(p):
    logit, mu, log_sigma = tf.split(p, 3, axis=-1)
    return tf.nn.log_softmax(logit, axis=-1), mu, tf.clip_by_value(log_sigma, -5.0, 3.0)


def nll(y, p):
    log_pi, mu, log_sigma = split(p)
    log_n = -0.5 * np.log(2 * np.pi) - log_sigma - 0.5 * tf.square((y - mu) * tf.exp(-log_sigma))
    return -tf.reduce_logsumexp(log_pi + log_n, axis=-1)


mdn.compile(optimizer=tf.keras.optimizers.Adam(5e-3), loss=nll)
mdn.fit(x_tr, t_tr, epochs=25, batch_size=64, verbose=0)
print("test NLL", mdn.evaluate(x_te, t_te, verbose=0))

plain = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(32, "tanh"),
                             tf.keras.layers.Dense(1)])
plain.compile("adam", "mse")
plain.fit(x_tr, t_tr, epochs=25, batch_size=64, verbose=0)
s2 = np.mean((t_tr - plain.predict(x_tr, verbose=0)) ** 2)
r = t_te - plain.predict(x_te, verbose=0)
print("gaussian NLL", np.mean(.5 * np.log(2 * np.pi * s2) + r ** 2 / (2 * s2)))

log_pi, mu, log_sigma = (a.numpy() for a in split(mdn(np.full((1, 1), .5, "float32"))))
pi = np.exp(log_pi[0].astype("float64"))
k = rng.choice(K, size=500, p=pi / pi.sum())
draws = mu[0, k] + np.exp(log_sigma[0, k]) * rng.normal(size=500)
print("draws at x=0.5, deciles:", np.quantile(draws, [.1, .5, .9]).round(2))
