import keras
import numpy as np
from keras import ops
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(9)
TAUS = np.array([0.1, 0.5, 0.9], dtype="float32")


class MultiPinball(keras.losses.Loss):
    def __init__(self, taus, name="pinball"):
        super().__init__(name=name)
        self.taus = taus

    def call(self, y_true, y_pred):
        err = y_true - y_pred  # (n, 1) - (n, q)
        return ops.mean(ops.maximum(self.taus * err, (self.taus - 1.0) * err), axis=-1)


class Monotone(keras.layers.Layer):
    """First column free, the others add positive steps: quantiles cannot cross."""

    def call(self, x):
        base, steps = x[:, :1], ops.softplus(x[:, 1:])
        return ops.concatenate([base, base + ops.cumsum(steps, axis=1)], axis=1)


rng = np.random.default_rng(9)
x = rng.uniform(-2, 2, (4000, 1)).astype("float32")
y = (np.sin(2 * x) + rng.normal(0, 0.1 + 0.3 * np.abs(x))).astype("float32")
x_tr, x_te, y_tr, y_te = train_test_split(x, y, test_size=0.25, random_state=9)

net = keras.Sequential([
    keras.Input((1,)),
    keras.layers.Dense(64, activation="tanh"),
    keras.layers.Dense(64, activation="tanh"),
    keras.layers.Dense(len(TAUS)),
    Monotone(),
])
net.compile(keras.optimizers.Adam(3e-3), MultiPinball(TAUS))
net.fit(x_tr, y_tr, epochs=25, batch_size=64, verbose=0)

q = net.predict(x_te, verbose=0)
assert np.all(np.diff(q, axis=1) >= 0)
for k, tau in enumerate(TAUS):
    print(f"tau={tau:.1f} share below={np.mean(y_te[:, 0] <= q[:, k]):.3f}")
print("80% interval covers", np.mean((y_te[:, 0] >= q[:, 0]) & (y_te[:, 0] <= q[:, 2])).round(3))
