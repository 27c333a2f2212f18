"""The base is set trainable, and compiled again; batch normalisation as it is meant."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(480, 8)).astype("float32")
y = (X[:, :1] + X[:, 1:2] > 0).astype("float32")
base = layers.Dense(16, activation="relu", name="base")
base.trainable = False
model = keras.Sequential([keras.Input((8,)), base, layers.BatchNormalization(), layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
model.fit(X[:400], y[:400], validation_data=(X[400:], y[400:]), epochs=2, verbose=0)
base.trainable = True
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
model.fit(X[:400], y[:400], validation_data=(X[400:], y[400:]), epochs=3, verbose=0)
model.evaluate(X[400:], y[400:], verbose=0)
model.predict(X[:3], verbose=0)
