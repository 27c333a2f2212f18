"""A small convolutional net with dropout."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
y = rng.integers(0, 3, 300)
X = 0.3 * rng.normal(size=(300, 12, 12, 1))
for i, one in enumerate(y):
    X[i, 4 * one : 4 * one + 3, 2:10, 0] += 1.0
model = keras.Sequential(
    [
        layers.Conv2D(8, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dropout(0.3),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=10, verbose=0)
