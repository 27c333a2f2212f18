import os

import keras
import numpy as np

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
x = np.random.default_rng(0).normal(size=(64, 3))
model.fit(x, x.sum(axis=1), epochs=3, verbose=0)

os.makedirs("models", exist_ok=True)
path = os.path.join("models", "linear_v1.keras")
model.save(path)
again = keras.models.load_model(path)
print(np.allclose(again.predict(x, verbose=0), model.predict(x, verbose=0)))
