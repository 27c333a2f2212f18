"""A rare class weighs more: fewer rows are right, and more of that class."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
y = (rng.random(3000) < 0.05).astype(int)
X = rng.normal(size=(3000, 8)) + 0.5 * y[:, None]
start = keras.initializers.Constant(-3.0)
model = keras.Sequential(
    [
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid", bias_initializer=start),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X, y, class_weight={0: 1.0, 1: 19.0}, epochs=20, batch_size=64, verbose=0)
