import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(600, 8)).astype("float32")
y = (X[:, 0] + X[:, 1] > 0).astype("int32")

model = keras.Sequential([
    keras.Input(shape=(8,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(1, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X[:450], y[:450], epochs=10, batch_size=32, verbose=0)
loss, accuracy = model.evaluate(X[450:], y[450:], verbose=0)
print("accuracy", accuracy)
