import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(64, 10, 2)).astype("float32")
y = X[:, :, 0].mean(axis=1)

model = keras.Sequential([
    keras.Input(batch_shape=(16, 10, 2)),
    layers.LSTM(12),
    layers.Dense(1),
])
model.compile("adam", "mse")
model.fit(X, y, epochs=3, batch_size=16, verbose=0)

first = model.predict(X[:16], batch_size=16, verbose=0)
second = model.predict(X[:16], batch_size=16, verbose=0)
print("first and second answer:", first[0], second[0])
