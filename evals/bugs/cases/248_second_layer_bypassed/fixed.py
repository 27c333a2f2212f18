import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
inputs = keras.Input((6,))
first = layers.Dense(32, activation="relu")(inputs)
second = layers.Dense(32, activation="relu")(first)
third = layers.Dense(16, activation="relu")(second)
outputs = layers.Dense(1)(third)
model = keras.Model(inputs, outputs)
model.compile("adam", "mse")

rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, (500, 6))
y = np.sin(4 * x[:, 0]) * x[:, 1]
history = model.fit(x, y, epochs=10, verbose=0)
print("loss", history.history["loss"][-1])
