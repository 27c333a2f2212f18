"""A recurrent net."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(400, 10, 3))
y = (X[:, :, 0].sum(axis=1) > 0).astype(int)
model = keras.Sequential(
    [
        layers.LSTM(16),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=12, verbose=0)
