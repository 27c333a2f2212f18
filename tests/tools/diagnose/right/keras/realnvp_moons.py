import numpy as np
import tensorflow as tf
from tensorflow import keras
from sklearn.datasets import make_moons


class Coupling(keras.layers.Layer):
    def __init__(self, mask, units=32, **kw):
        super().__init__(**kw)
        self.mask = tf.constant(mask, tf.float32)
        mk = lambda act: keras.Sequential([keras.layers.Dense(units, activation="relu"),
                                           keras.layers.Dense(units, activation="relu"),
                                           keras.layers.Dense(len(mask), activation=act)])
        self.s, self.t = mk("tanh"), mk(None)

    def build(self, shape):
        self.s.build(shape)
        self.t.build(shape)
        super().build(shape)

    def _st(self, kept):
        return self.s(kept) * (1 - self.mask), self.t(kept) * (1 - self.mask)

    def call(self, x):
        kept = x * self.mask
        s, t = self._st(kept)
        return kept + (1 - self.mask) * (x * tf.exp(s) + t), tf.reduce_sum(s, axis=1)

    def inverse(self, z):
        kept = z * self.mask
        s, t = self._st(kept)
        return kept + (1 - self.mask) * (z - t) * tf.exp(-s)


class RealNVP(keras.Model):
    def __init__(self, n=6):
        super().__init__()
        self.couplings = [Coupling([1, 0] if k % 2 else [0, 1]) for k in range(n)]
        self.tracker = keras.metrics.Mean(name="nll")

    @property
    def metrics(self):
        return [self.tracker]

    def call(self, x):
        logdet = tf.zeros(tf.shape(x)[0])
        for c in self.couplings:
            x, ld = c(x)
            logdet += ld
        return x, logdet

    def log_prob(self, x):
        z, logdet = self(x)
        base = -0.5 * tf.reduce_sum(z ** 2, axis=1) - np.log(2 * np.pi).astype("float32")
        return base + logdet

    def sample(self, n):
        x = tf.random.normal((n, 2))
        for c in reversed(self.couplings):
            x = c.inverse(x)
        return x

    def train_step(self, x):
        with tf.GradientTape() as tape:
            nll = -tf.reduce_mean(self.log_prob(x))
        g = tape.gradient(nll, self.trainable_variables)
        self.optimizer.apply_gradients(zip(g, self.trainable_variables))
        self.tracker.update_state(nll)
        return {"nll": self.tracker.result()}

    def test_step(self, x):
        self.tracker.update_state(-tf.reduce_mean(self.log_prob(x)))
        return {"nll": self.tracker.result()}


keras.utils.set_random_seed(0)
data = make_moons(2400, noise=.06, random_state=0)[0].astype("float32")
train, test = data[:2000], data[2000:]
mu, sd = train.mean(0), train.std(0)
train, test = (train - mu) / sd, (test - mu) / sd
flow = RealNVP()
flow.compile(optimizer=keras.optimizers.Adam(2e-3))
flow.fit(train, batch_size=100, epochs=15, validation_data=(test,), verbose=2)
z, _ = flow(test)
back = z
for c in reversed(flow.couplings):
    back = c.inverse(back)
print("reconstruction error", float(tf.reduce_max(tf.abs(back - test))))
print("samples", (flow.sample(500).numpy() * sd + mu).mean(0), "data", data.mean(0))
