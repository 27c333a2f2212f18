"""Daily sales of one store, LSTM on windows of two weeks."""
import keras
import numpy as np
import pandas as pd

keras.utils.set_random_seed(0)

df = pd.read_csv("store_sales.csv", parse_dates=["date"])
s = df[df["store"] == "Porto"].sort_values("date")["sales"].to_numpy(dtype="float32")

train_end, val_end = 420, 510
mu, sd = s[:train_end].mean(), s[:train_end].std()
z = (s - mu) / sd
W = 14


def dataset(first, last, shuffle):
    # targets z[first:last], each with the W values before it
    return keras.utils.timeseries_dataset_from_array(
        z[first - W:last - 1], z[first:last], sequence_length=W, batch_size=32, shuffle=shuffle, seed=0)


train = dataset(W, train_end, True)
val = dataset(train_end, val_end, False)
test = dataset(val_end, len(z), False)

model = keras.Sequential([
    keras.Input((W, 1)),
    keras.layers.LSTM(16),
    keras.layers.Dense(1),
])
model.compile(keras.optimizers.Adam(0.01), loss="mse")
train, val, test = (d.map(lambda x, y: (keras.ops.expand_dims(x, -1), y)) for d in (train, val, test))
model.fit(train, validation_data=val, epochs=12, verbose=0,
          callbacks=[keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)])

pred = model.predict(test, verbose=0)[:, 0] * sd + mu
true = s[val_end:]
assert len(pred) == len(true)
print("LSTM MAE       %.2f" % np.abs(pred - true).mean())
print("same day -7    %.2f" % np.abs(s[val_end - 7:-7] - true).mean())
