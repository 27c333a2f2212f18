"""TRAIN036: columns from thousandths to hundreds of thousands go in as they are."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(480, 4)) * [0.001, 1.0, 40.0, 200_000.0]
y = 10 * X[:, 0] * 1000 + X[:, 2]
model = keras.Sequential([keras.Input((4,)), layers.Dense(16, activation="relu"), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(X.astype("float32"), y.astype("float32"), epochs=4, verbose=0)
