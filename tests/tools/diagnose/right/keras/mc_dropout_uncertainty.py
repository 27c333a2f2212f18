# Monte-Carlo dropout: the dropout stays ON at prediction time, on purpose
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(77)
rng = np.random.default_rng(77)

x = np.concatenate([rng.uniform(-3, -1, 250), rng.uniform(1, 3, 250)]).astype("float32")[:, None]
y = np.sin(2 * x) + rng.normal(0, 0.1, x.shape).astype("float32")


class AlwaysDropout(layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=True)


inp = keras.Input((1,))
h = inp
for _ in range(2):
    h = layers.Dense(64, activation="relu")(h)
    h = AlwaysDropout(0.1)(h)
out = layers.Dense(1)(h)
bnn = keras.Model(inp, out)
bnn.compile(keras.optimizers.Adam(5e-3), loss="mse")
bnn.fit(x, y, epochs=40, batch_size=50, verbose=0)

grid = np.linspace(-3, 3, 61, dtype="float32")[:, None]
draws = np.stack([bnn.predict(grid, verbose=0)[:, 0] for _ in range(30)])
mean, std = draws.mean(axis=0), draws.std(axis=0)
gap = np.abs(grid[:, 0]) < 1
print("std where data was seen :", std[~gap].mean())
print("std inside the gap      :", std[gap].mean())
