"""TRAIN017: twenty rows stand there twice, with another label the second time."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(400, 8)).astype("float32")
y = (X[:, 0] > 0).astype("int64")
X, y = np.vstack([X, X[:20]]), np.concatenate([y, 1 - y[:20]])
model = keras.Sequential(
    [keras.Input((8,)), layers.Dense(16, activation="relu"), layers.Dense(2, activation="softmax")]
)
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
model.fit(X, y, epochs=10, verbose=0)
