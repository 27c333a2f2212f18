"""Denoising autoencoder on 8x8 digits scaled to [-1, 1]; the decoder ends in tanh to match."""
import numpy as np
import keras
from keras import layers
from sklearn.datasets import load_digits

keras.utils.set_random_seed(15)
digits = load_digits().images.astype("float32")
digits = (digits / 16.0) * 2.0 - 1.0
digits = digits[..., None]

rng = np.random.default_rng(15)
order = rng.permutation(len(digits))
clean_train, clean_test = digits[order[:1400]], digits[order[1400:]]


def corrupt(x):
    return np.clip(x + rng.normal(0, 0.4, x.shape), -1, 1).astype("float32")


noisy_train, noisy_test = corrupt(clean_train), corrupt(clean_test)

encoder = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
    layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
], name="encoder")
decoder = keras.Sequential([
    keras.Input((2, 2, 32)),
    layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu"),
    layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
    layers.Conv2D(1, 3, padding="same", activation="tanh"),
], name="decoder")

inp = keras.Input((8, 8, 1))
dae = keras.Model(inp, decoder(encoder(inp)))
dae.compile(optimizer=keras.optimizers.Adam(3e-3), loss="mse")
dae.fit(noisy_train, clean_train, validation_split=0.1, epochs=8, batch_size=64, verbose=2)

restored = dae.predict(noisy_test, verbose=0)
print("MSE noisy   ", np.mean((noisy_test - clean_test) ** 2))
print("MSE restored", np.mean((restored - clean_test) ** 2))
