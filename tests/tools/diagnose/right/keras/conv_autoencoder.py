import numpy as np
import keras
from keras import layers
from sklearn.datasets import load_digits

keras.utils.set_random_seed(5)
X = load_digits().images.astype("float32")[..., None] / 16.
rng = np.random.default_rng(5)
perm = rng.permutation(len(X))
X_train, X_test = X[perm[:1400]], X[perm[1400:]]


def noisy(a):
    return np.clip(a + rng.normal(0, .25, a.shape), 0, 1).astype("float32")


inp = keras.Input((8, 8, 1))
h = layers.Conv2D(16, 3, padding="same", activation="relu")(inp)
h = layers.MaxPooling2D(2)(h)
h = layers.Conv2D(16, 3, padding="same", activation="relu")(h)
code = layers.MaxPooling2D(2, name="code")(h)
h = layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu")(code)
h = layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu")(h)
out = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h)
dae = keras.Model(inp, out)
dae.compile(keras.optimizers.Adam(3e-3), loss="binary_crossentropy")

noisy_test = noisy(X_test)
dae.fit(noisy(X_train), X_train, epochs=20, batch_size=64, validation_split=.1, verbose=2)
rec = dae.predict(noisy_test, verbose=0)
print("mse noisy    ", np.mean((noisy_test - X_test) ** 2))
print("mse denoised ", np.mean((rec - X_test) ** 2))
encoder = keras.Model(inp, code)
print("code shape", encoder.predict(X_test[:4], verbose=0).shape)
