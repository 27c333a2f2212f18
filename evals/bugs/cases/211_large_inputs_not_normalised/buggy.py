import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(4)
rng = np.random.default_rng(4)
income = rng.normal(52_000, 9_000, 800)
debt = rng.normal(31_000, 9_000, 800)
years = rng.normal(8, 3, 800)
X = np.column_stack([income, debt, years])
y = ((debt - 31_000) / 9_000 > (income - 52_000) / 9_000).astype("float32")

model = keras.Sequential([
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.SGD(0.05), "binary_crossentropy", metrics=["accuracy"])
model.fit(X[:600], y[:600], epochs=12, batch_size=32, verbose=0)
print("accuracy", model.evaluate(X[600:], y[600:], verbose=0)[1])
