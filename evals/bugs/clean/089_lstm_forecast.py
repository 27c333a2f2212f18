"""Windows in order of time; the test windows are the last ones, scaled by the mean of the first."""
# needs: tensorflow
import keras
import numpy as np

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
series = 20 + 5 * np.sin(np.arange(500) / 9) + rng.normal(0, 0.3, 500)
cut, window = 400, 15
mean, spread = series[:cut].mean(), series[:cut].std()
scaled = (series - mean) / spread


def windows(values):
    x = np.stack([values[i : i + window] for i in range(len(values) - window)])
    return x[..., None], values[window:]


x_train, y_train = windows(scaled[:cut])
x_test, y_test = windows(scaled[cut:])
model = keras.Sequential([keras.Input((window, 1)), keras.layers.LSTM(12), keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.01), "mse")
model.fit(x_train, y_train, epochs=5, batch_size=32, verbose=0)
error = model.predict(x_test, verbose=0)[:, 0] - y_test
print("RMSE", spread * np.sqrt(np.mean(error**2)))
