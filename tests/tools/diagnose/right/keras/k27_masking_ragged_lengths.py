"""Variable-length event streams, two stacked LSTMs."""
import keras
import numpy as np
from keras import layers
from sklearn.metrics import roc_auc_score

PAD = -10.0


def sample(n, rng, max_len=30, feats=3):
    y = rng.integers(0, 2, n)
    xs = []
    for label in y:
        length = rng.integers(8, max_len + 1)
        drift = 0.12 if label else -0.12
        steps = rng.normal(0, 1, (length, feats))
        steps[:, 0] += drift * np.arange(length) / 2
        xs.append(steps)
    padded = keras.utils.pad_sequences(xs, maxlen=max_len, dtype="float32", padding="post", value=PAD)
    return padded, y.astype("float32")


keras.utils.set_random_seed(19)
rng = np.random.default_rng(19)
x_tr, y_tr = sample(800, rng)
x_te, y_te = sample(300, rng)

model = keras.Sequential([
    keras.Input((None, 3)),
    layers.Masking(mask_value=PAD),
    layers.LSTM(16, return_sequences=True),
    layers.LSTM(8),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(5e-3), "binary_crossentropy")
model.fit(x_tr, y_tr, epochs=6, batch_size=32, verbose=0)

p = model.predict(x_te, verbose=0).ravel()
print("AUC", round(roc_auc_score(y_te, p), 3))

longer = np.pad(x_te[:20], ((0, 0), (0, 15), (0, 0)), constant_values=PAD)
gap = np.abs(model.predict(longer, verbose=0).ravel() - p[:20]).max()
print("largest change after 15 more padding steps:", gap)
assert gap < 1e-4
