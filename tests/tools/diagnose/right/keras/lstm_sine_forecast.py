"""One-step-ahead forecast of a noisy seasonal series, split in time."""
import numpy as np
import tensorflow as tf

tf.random.set_seed(5)
np.random.seed(5)

t = np.arange(1200)
series = np.sin(2 * np.pi * t / 24) + 0.3 * np.sin(2 * np.pi * t / 168) + 0.05 * np.random.randn(len(t))
series = series.astype("float32")

n_train = int(0.7 * len(series))
n_val = int(0.15 * len(series))
train, val, test = np.split(series, [n_train, n_train + n_val])

mu, sd = train.mean(), train.std()
train, val, test = [(part - mu) / sd for part in (train, val, test)]

WINDOW = 36


def windows(part, shuffle):
    return tf.keras.utils.timeseries_dataset_from_array(
        part[:-1, None],
        targets=part[WINDOW:],
        sequence_length=WINDOW,
        batch_size=64,
        shuffle=shuffle,
        seed=5,
    )


ds_train = windows(train, shuffle=True)
ds_val = windows(val, shuffle=False)
ds_test = windows(test, shuffle=False)

model = tf.keras.Sequential([
    tf.keras.layers.Input((WINDOW, 1)),
    tf.keras.layers.LSTM(16, return_sequences=True),
    tf.keras.layers.LSTM(16),
    tf.keras.layers.Dense(1),
])
model.compile(optimizer=tf.keras.optimizers.Adam(5e-3, clipnorm=1.0), loss="mse")
model.fit(
    ds_train, validation_data=ds_val, epochs=6, verbose=2,
    callbacks=[tf.keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience=2, factor=0.5)],
)

pred = model.predict(ds_test, verbose=0).ravel() * sd + mu
truth = test[WINDOW:] * sd + mu
naive = test[WINDOW - 1:-1] * sd + mu
print("LSTM  RMSE", np.sqrt(np.mean((pred - truth) ** 2)))
print("naive RMSE", np.sqrt(np.mean((naive - truth) ** 2)))
