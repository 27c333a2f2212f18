import numpy as np
from tensorflow.keras import Sequential, layers, optimizers, utils

utils.set_random_seed(7)
rng = np.random.default_rng(7)
X = rng.uniform(-1, 1, (700, 6))
Y = (X[:, 0] > X[:, 3]).astype(int)

model = Sequential()
model.add(layers.Dense(30, activation="relu"))
model.add(layers.Dense(15, activation="relu"))
model.add(layers.Dense(1, activation="relu"))
model.compile(loss="binary_crossentropy", optimizer=optimizers.Adam(0.01))
history = model.fit(X, Y, epochs=12, batch_size=50, verbose=0)
print("loss", history.history["loss"][-1])
