import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow.keras.layers import GRU, Dense, Input, Reshape
from tensorflow.keras.models import Sequential

tf.keras.utils.set_random_seed(21)
hours = pd.date_range("2024-01-01", periods=24 * 60, freq="h")
rng = np.random.default_rng(21)
temp = 12 + 6 * np.sin(2 * np.pi * (hours.hour - 9) / 24) + rng.normal(0, .6, len(hours))
load = 50 - 1.2 * temp + 8 * (hours.dayofweek < 5) + rng.normal(0, 1, len(hours))
df = pd.DataFrame({"load": load, "temp": temp}, index=hours)
df["sin_h"] = np.sin(2 * np.pi * df.index.hour / 24)
df["cos_h"] = np.cos(2 * np.pi * df.index.hour / 24)
df["weekend"] = (df.index.dayofweek >= 5).astype(float)

n = len(df)
train_df, val_df, test_df = df[: int(n * .7)], df[int(n * .7): int(n * .85)], df[int(n * .85):]
mean, std = train_df.mean(), train_df.std()
train_df, val_df, test_df = [(d - mean) / std for d in (train_df, val_df, test_df)]

IN, OUT = 48, 12


def make(d, shuffle):
    arr = d.to_numpy("float32")
    ds = tf.keras.utils.timeseries_dataset_from_array(
        arr, targets=None, sequence_length=IN + OUT, sequence_stride=2,
        shuffle=shuffle, seed=21, batch_size=64)
    return ds.map(lambda w: (w[:, :IN, :], w[:, IN:, 0]))


train, val, test = make(train_df, True), make(val_df, False), make(test_df, False)
model = Sequential([Input((IN, df.shape[1])), GRU(16), Dense(OUT)])
model.compile(optimizer=tf.keras.optimizers.Adam(5e-3), loss="huber", metrics=["mae"])
model.fit(train, validation_data=val, epochs=4, verbose=2,
          callbacks=[tf.keras.callbacks.ReduceLROnPlateau(patience=2, factor=.5)])

y_true = np.concatenate([y for _, y in test]) * std["load"] + mean["load"]
y_hat = model.predict(test, verbose=0) * std["load"] + mean["load"]
print("MAE per horizon", np.abs(y_true - y_hat).mean(axis=0).round(2))
