import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(1)
rng = np.random.default_rng(1)
y = (rng.random(2500) < 0.03).astype(int)
x = rng.normal(size=(2500, 6)) + 0.9 * y[:, None] * np.array([1, 1, 1, 0, 0, 0])

model = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
weight = {0: 1.0, 1: float((y[:1800] == 0).sum() / y[:1800].sum())}
model.fit(x[:1800], y[:1800], epochs=8, batch_size=64, verbose=0, class_weight=weight)

alarm = model.predict(x[1800:], verbose=0)[:, 0] > 0.5
print("accuracy", np.mean(alarm == y[1800:]))
print("recall", np.mean(alarm[y[1800:] == 1]))
