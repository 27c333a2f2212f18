import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
weather = rng.normal(size=(900, 5))
temperature = 18 + 3 * weather[:, 0] - 2 * weather[:, 1] + rng.normal(0, 0.5, 900)

model = keras.Sequential([
    layers.Dense(32, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse", metrics=["mae"])
model.fit(weather[:700], temperature[:700], epochs=20, batch_size=32, verbose=0)
_, mae = model.evaluate(weather[700:], temperature[700:], verbose=0)
print("mean absolute error", mae)
