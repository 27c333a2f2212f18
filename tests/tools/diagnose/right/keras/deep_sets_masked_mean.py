"""Permutation-invariant net over point sets of different size (padding + explicit mask)."""
import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(38)
rng = np.random.default_rng(38)
MAX_N = 12


def sample_sets(n):
    x = np.zeros((n, MAX_N, 2), "float32")
    m = np.zeros((n, MAX_N, 1), "float32")
    y = np.zeros((n, 1), "float32")
    for i in range(n):
        k = rng.integers(3, MAX_N + 1)
        pts = rng.normal(0, rng.uniform(0.3, 2.0), (k, 2))
        x[i, :k], m[i, :k] = pts, 1
        y[i] = np.mean(np.linalg.norm(pts, axis=1))
    return [x, m], y


phi = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(32, activation="relu")])
rho = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(1)])

pts, mask = keras.Input((MAX_N, 2)), keras.Input((MAX_N, 1))
h = phi(pts)
pooled = ops.sum(h * mask, axis=1) / ops.maximum(ops.sum(mask, axis=1), 1.0)
model = keras.Model([pts, mask], rho(pooled))
model.compile(keras.optimizers.Adam(3e-3), loss="mse", metrics=["mae"])

train_x, train_y = sample_sets(1200)
test_x, test_y = sample_sets(300)
model.fit(train_x, train_y, epochs=15, batch_size=64, verbose=0)
print("test [mse, mae]:", model.evaluate(test_x, test_y, verbose=0))

perm = rng.permutation(MAX_N)
shuffled = [a[:, perm] for a in test_x]
print("invariant:", np.allclose(model.predict(shuffled, verbose=0), model.predict(test_x, verbose=0), atol=1e-4))
