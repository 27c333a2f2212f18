import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(2)
rng = np.random.default_rng(2)
x = rng.uniform(0, 1, (500, 4))
y = x @ np.array([2.0, -1.0, 0.5, 3.0]) + rng.normal(0, 0.05, 500)

model = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse", metrics=["accuracy"])
history = model.fit(x, y[:, None], epochs=15, verbose=0)
name = [key for key in history.history if key != "loss"][0]
print(f"{name}, the metric to watch: {history.history[name][-1]:.3f}")
