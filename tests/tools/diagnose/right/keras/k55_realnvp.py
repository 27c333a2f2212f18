import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import make_moons


class Coupling(layers.Layer):
    def __init__(self, swap, hidden=48, **kw):
        super().__init__(**kw)
        self.swap = swap
        self.h1 = layers.Dense(hidden, activation="tanh")
        self.h2 = layers.Dense(hidden, activation="tanh")
        self.out = layers.Dense(2, kernel_initializer="zeros")

    def build(self, _):
        self.h1.build((None, 1))
        self.h2.build((None, self.h1.units))
        self.out.build((None, self.h2.units))

    def split(self, x):
        a, b = x[:, :1], x[:, 1:]
        return (b, a) if self.swap else (a, b)

    def merge(self, a, b):
        return ops.concatenate([b, a] if self.swap else [a, b], axis=1)

    def params(self, a):
        p = self.out(self.h2(self.h1(a)))
        return ops.tanh(p[:, :1]) * 2.0, p[:, 1:]

    def call(self, x):
        a, b = self.split(x)
        s, t = self.params(a)
        return self.merge(a, b * ops.exp(s) + t), s[:, 0]

    def inverse(self, z):
        a, b = self.split(z)
        s, t = self.params(a)
        return self.merge(a, (b - t) * ops.exp(-s))


class Flow(keras.Model):
    def __init__(self, n=6):
        super().__init__()
        self.parts = [Coupling(swap=bool(i % 2)) for i in range(n)]

    def call(self, x):
        """log density of each row"""
        log_det = 0.0
        for part in self.parts:
            x, ld = part(x)
            log_det += ld
        base = -0.5 * ops.sum(ops.square(x), axis=1) - np.log(2 * np.pi)
        return ops.expand_dims(base + log_det, 1)

    def sample(self, n, seed):
        z = keras.random.normal((n, 2), seed=seed)
        for part in reversed(self.parts):
            z = part.inverse(z)
        return ops.convert_to_numpy(z)


def minus_log_density(_, log_p):
    return -log_p[:, 0]


keras.utils.set_random_seed(66)
x_tr = make_moons(2000, noise=0.07, random_state=1)[0].astype("float32")
x_te = make_moons(1000, noise=0.07, random_state=2)[0].astype("float32")
mu, sd = x_tr.mean(0), x_tr.std(0)
x_tr, x_te = (x_tr - mu) / sd, (x_te - mu) / sd

flow = Flow()
flow.compile(keras.optimizers.Adam(3e-3), loss=minus_log_density)
flow.fit(x_tr, np.zeros((len(x_tr), 1), "float32"), batch_size=100, epochs=30, verbose=0)
print("test nats, flow    :", (-flow.predict(x_te, verbose=0).mean()).round(3))

c = np.cov(x_tr.T)
maha = np.einsum("ij,jk,ik->i", x_te, np.linalg.inv(c), x_te)
print("test nats, gaussian:", (0.5 * maha.mean() + 0.5 * np.log(np.linalg.det(2 * np.pi * c))).round(3))
s = flow.sample(500, seed=3)
print("samples mean", s.mean(0).round(2), "std", s.std(0).round(2))
