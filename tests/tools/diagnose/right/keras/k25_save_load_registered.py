import os
import tempfile

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable(package="house")
class FourierFeatures(layers.Layer):
    """Fixed random projection, kept as a non-trainable weight so that it is saved along."""

    def __init__(self, n_freq=16, scale=2.0, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.n_freq, self.scale, self.seed = n_freq, scale, seed

    def build(self, input_shape):
        self.B = self.add_weight(
            name="B",
            shape=(input_shape[-1], self.n_freq),
            initializer=keras.initializers.RandomNormal(stddev=self.scale, seed=self.seed),
            trainable=False,
        )

    def call(self, x):
        p = ops.matmul(x, self.B)
        return ops.concatenate([ops.sin(p), ops.cos(p)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 2 * self.n_freq)

    def get_config(self):
        return super().get_config() | {"n_freq": self.n_freq, "scale": self.scale, "seed": self.seed}


@keras.saving.register_keras_serializable(package="house")
def log_cosh_plus(y_true, y_pred):
    e = y_pred - y_true
    return ops.mean(e + ops.softplus(-2.0 * e) - ops.log(2.0), axis=-1)


keras.utils.set_random_seed(61)
rng = np.random.default_rng(61)
x = rng.uniform(-1, 1, (800, 2)).astype("float32")
y = (np.sin(4 * x[:, :1]) * np.cos(3 * x[:, 1:])).astype("float32")

model = keras.Sequential([
    keras.Input((2,)), FourierFeatures(24), layers.Dense(32, activation="relu"), layers.Dense(1),
])
model.compile("adam", loss=log_cosh_plus, metrics=["mae"])
model.fit(x, y, epochs=5, verbose=0)

with tempfile.TemporaryDirectory() as tmp:
    path = os.path.join(tmp, "net.keras")
    model.save(path)
    clone = keras.saving.load_model(path)

np.testing.assert_allclose(model.predict(x, verbose=0), clone.predict(x, verbose=0), rtol=1e-5, atol=1e-6)
assert int(clone.optimizer.iterations) == int(model.optimizer.iterations)

# training goes on from where it stood, optimizer state included
before = clone.evaluate(x, y, verbose=0)[0]
clone.fit(x, y, epochs=10, verbose=0)
after = clone.evaluate(x, y, verbose=0)[0]
print(f"training loss before/after reload+fit: {before:.4f} {after:.4f}")
assert after < before
