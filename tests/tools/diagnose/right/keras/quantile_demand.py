"""Prediction intervals of energy demand with the pinball loss."""
import numpy as np
import keras
from keras import ops

keras.utils.set_random_seed(33)
QUANTILES = [0.1, 0.5, 0.9]


class Pinball(keras.losses.Loss):
    def __init__(self, quantiles, name="pinball", **kwargs):
        super().__init__(name=name, **kwargs)
        self.quantiles = quantiles

    def call(self, y_true, y_pred):
        q = ops.convert_to_tensor(self.quantiles, dtype=y_pred.dtype)
        err = y_true - y_pred                       # (batch, 1) against (batch, 3)
        return ops.mean(ops.maximum(q * err, (q - 1.0) * err), axis=-1)


def simulate(n, seed):
    r = np.random.default_rng(seed)
    hour = r.uniform(0, 24, n)
    temp = r.normal(15, 8, n)
    level = 50 + 20 * np.sin(2 * np.pi * (hour - 6) / 24) + 0.05 * (temp - 18) ** 2
    y = level + r.normal(0, 1, n) * (2 + 0.3 * np.abs(temp - 18))
    feats = np.column_stack([np.sin(2 * np.pi * hour / 24), np.cos(2 * np.pi * hour / 24), temp])
    return feats.astype("float32"), y.astype("float32")[:, None]


x_train, y_train = simulate(1500, 1)
x_test, y_test = simulate(500, 2)

norm = keras.layers.Normalization()
norm.adapt(x_train)
y_mean, y_std = y_train.mean(), y_train.std()

model = keras.Sequential([
    keras.Input((3,)),
    norm,
    keras.layers.Dense(48, activation="swish"),
    keras.layers.Dense(48, activation="swish"),
    keras.layers.Dense(len(QUANTILES)),
])
model.compile(optimizer=keras.optimizers.AdamW(3e-3, weight_decay=1e-4), loss=Pinball(QUANTILES))
model.fit(x_train, (y_train - y_mean) / y_std, epochs=20, batch_size=64, verbose=0)

q = model.predict(x_test, verbose=0) * y_std + y_mean
q = np.sort(q, axis=1)      # no crossing of quantiles
inside = np.mean((y_test[:, 0] >= q[:, 0]) & (y_test[:, 0] <= q[:, 2]))
print(f"coverage of the 80% interval: {inside:.3f}")
