# Hourly load, next-hour forecast from the last 48 hours. Splits are contiguous in time.
import keras
import numpy as np
import pandas as pd

keras.utils.set_random_seed(5)
WINDOW = 48

df = pd.read_csv("energie.csv", parse_dates=["timestamp"]).sort_values("timestamp")
hour = df["timestamp"].dt.hour
df["hsin"], df["hcos"] = np.sin(2 * np.pi * hour / 24), np.cos(2 * np.pi * hour / 24)
values = df[["load_mw", "temp_c", "hsin", "hcos"]].to_numpy("float32")

n = len(values)
n_tr, n_va = int(0.7 * n), int(0.15 * n)
mean, std = values[:n_tr].mean(0), values[:n_tr].std(0)
Z = (values - mean) / std


def windows(lo, hi):
    """Targets in [lo, hi); inputs reach back WINDOW steps."""
    idx = np.arange(max(lo, WINDOW), hi)
    X = np.stack([Z[i - WINDOW:i] for i in idx])
    return X, Z[idx, 0]


X_tr, y_tr = windows(0, n_tr)
X_va, y_va = windows(n_tr, n_tr + n_va)
X_te, y_te = windows(n_tr + n_va, n)

model = keras.Sequential([
    keras.Input((WINDOW, Z.shape[1])),
    keras.layers.LSTM(24),
    keras.layers.Dense(1),
])
model.compile(keras.optimizers.Adam(5e-3, clipnorm=1.0), loss="mse")
model.fit(
    X_tr, y_tr, validation_data=(X_va, y_va), epochs=8, batch_size=64, verbose=2,
    callbacks=[
        keras.callbacks.ReduceLROnPlateau(patience=2, factor=0.5),
        keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True),
    ],
)

pred = model.predict(X_te, verbose=0).ravel() * std[0] + mean[0]
true = y_te * std[0] + mean[0]
last = X_te[:, -1, 0] * std[0] + mean[0]
print(f"MAE LSTM {np.abs(pred - true).mean():.2f} MW | persistence {np.abs(last - true).mean():.2f} MW")
