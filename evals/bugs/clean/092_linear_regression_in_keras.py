"""One linear unit and no activation: a linear model is what is wanted."""
# needs: tensorflow
import keras
import numpy as np

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(300, 3))
y = x @ np.array([1.5, -2.0, 0.3]) + 4 + rng.normal(0, 0.1, 300)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1), "mean_squared_error")
model.fit(x, y[:, None], epochs=10, batch_size=20, verbose=0)
weights, bias = model.layers[0].get_weights()
print(weights.ravel().round(2), bias.round(2))
