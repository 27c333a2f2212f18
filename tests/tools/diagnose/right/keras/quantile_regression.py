import numpy as np
import keras
from keras import ops
from sklearn.metrics import mean_pinball_loss

QS = np.array([.1, .5, .9], "float32")


def pinball(y_true, y_pred):
    # y_true (b, 1), y_pred (b, 3)
    e = y_true - y_pred
    return ops.mean(ops.maximum(QS * e, (QS - 1.0) * e), axis=-1)


def build():
    i = keras.Input((1,))
    h = keras.layers.Dense(32, activation="relu")(i)
    h = keras.layers.Dense(32, activation="relu")(h)
    low = keras.layers.Dense(1)(h)
    gaps = keras.layers.Dense(2, activation="softplus")(h)
    mid = keras.layers.Add()([low, gaps[:, :1]])
    high = keras.layers.Add()([mid, gaps[:, 1:]])
    return keras.Model(i, keras.layers.Concatenate()([low, mid, high]))


keras.utils.set_random_seed(1)
rng = np.random.default_rng(1)
x = rng.uniform(-2, 2, (2000, 1)).astype("float32")
y = (np.sin(2 * x) + rng.normal(0, .1 + .2 * np.abs(x))).astype("float32")
x_tr, x_te, y_tr, y_te = x[:1500], x[1500:], y[:1500], y[1500:]

model = build()
model.compile(keras.optimizers.Adam(5e-3), pinball)
model.fit(x_tr, y_tr, epochs=25, batch_size=64, verbose=0)
q = model.predict(x_te, verbose=0)
for j, tau in enumerate(QS):
    print(f"tau {tau:.1f}: pinball {mean_pinball_loss(y_te[:, 0], q[:, j], alpha=float(tau)):.4f}, "
          f"below {np.mean(y_te[:, 0] <= q[:, j]):.3f}")
assert (np.diff(q, axis=1) >= 0).all()
print("80% interval covers", np.mean((y_te[:, 0] >= q[:, 0]) & (y_te[:, 0] <= q[:, 2])))
