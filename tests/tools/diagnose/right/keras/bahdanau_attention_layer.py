"""Additive attention over GRU states; the label depends on one marked position."""
import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable(package="demo")
class AdditiveAttention1D(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.proj = layers.Dense(units, activation="tanh")
        self.score = layers.Dense(1, use_bias=False)

    def build(self, input_shape):
        self.proj.build(input_shape)
        self.score.build((*input_shape[:-1], self.units))
        super().build(input_shape)

    def call(self, h):
        e = self.score(self.proj(h))                 # (batch, time, 1)
        a = ops.softmax(e, axis=1)                   # over time
        return ops.sum(a * h, axis=1)

    def compute_output_shape(self, s):
        return (s[0], s[2])

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def toy(n, seed, T=12):
    r = np.random.default_rng(seed)
    values = r.normal(size=(n, T))
    mark = np.zeros((n, T))
    pos = r.integers(0, T, n)
    mark[np.arange(n), pos] = 1
    x = np.stack([values, mark], axis=-1).astype("float32")
    return x, (values[np.arange(n), pos] > 0).astype("float32")


keras.utils.set_random_seed(3)
x_tr, y_tr = toy(1200, 1)
x_te, y_te = toy(300, 2)

model = keras.Sequential([
    keras.Input((12, 2)),
    layers.GRU(16, return_sequences=True),
    AdditiveAttention1D(16),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
model.fit(x_tr, y_tr, epochs=6, batch_size=64, verbose=2)
model.save("attention.keras")

again = keras.models.load_model("attention.keras")
assert np.allclose(again.predict(x_te, verbose=0), model.predict(x_te, verbose=0), atol=1e-5)
print(again.evaluate(x_te, y_te, verbose=0))
