# %% [markdown]
# Hourly load, one-step forecast
# %%
import keras
import numpy as np

keras.utils.set_random_seed(12)
rng = np.random.default_rng(12)
t = np.arange(24 * 90)
load = 50 + 10 * np.sin(2 * np.pi * t / 24) + 4 * np.sin(2 * np.pi * t / 168) + rng.normal(0, 1.0, len(t))

# %%
n = len(load)
i_val, i_test = int(n * 0.7), int(n * 0.85)
mean, std = load[:i_val].mean(), load[:i_val].std()
z = ((load - mean) / std).astype("float32")
WINDOW = 48


def windows(start, stop, shuffle):
    """Windows whose targets lie in [start, stop)."""
    lo = max(start - WINDOW, 0)
    series = z[lo:stop]
    return keras.utils.timeseries_dataset_from_array(
        series[:-1, None], series[WINDOW:], sequence_length=WINDOW, batch_size=64, shuffle=shuffle, seed=12
    )


train, val, test = windows(0, i_val, True), windows(i_val, i_test, False), windows(i_test, n, False)

# %%
model = keras.Sequential([
    keras.Input((WINDOW, 1)),
    keras.layers.LSTM(24),
    keras.layers.Dense(1),
])
model.compile("adam", "huber", metrics=["mae"])
model.fit(
    train,
    validation_data=val,
    epochs=10,
    verbose=2,
    callbacks=[keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)],
)

# %%
pred = model.predict(test, verbose=0).ravel() * std + mean
actual = load[i_test:]
assert len(pred) == len(actual)
print("LSTM MAE          ", np.abs(pred - actual).mean())
print("seasonal naive MAE", np.abs(load[i_test - 24 : n - 24] - actual).mean())
