"""Angles as (sin, cos) pairs: the net ends on the unit circle, errors are taken on the circle."""
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(32)
rng = np.random.default_rng(32)

N = 1500
u, v = rng.normal(0, 4, N), rng.normal(0, 4, N)
temp = rng.normal(10, 5, N)
# crude sensors: three cups that see the wind at 0, 120 and 240 degrees
dirs = np.deg2rad([0, 120, 240])
cups = np.maximum(0, u[:, None] * np.cos(dirs) + v[:, None] * np.sin(dirs)) + rng.normal(0, 0.1, (N, 3))
X = np.column_stack([cups, temp]).astype("float32")
theta = np.arctan2(v, u)
Y = np.column_stack([np.sin(theta), np.cos(theta)]).astype("float32")

cut = 1200
norm = layers.Normalization()
norm.adapt(X[:cut])

model = keras.Sequential([
    keras.Input((4,)),
    norm,
    layers.Dense(48, activation="relu"),
    layers.Dense(48, activation="relu"),
    layers.Dense(2),
    layers.UnitNormalization(),
])
# cosine_similarity in Keras is already negated, so it is minimised towards -1
model.compile(keras.optimizers.Adam(3e-3), loss="cosine_similarity")
model.fit(X[:cut], Y[:cut], epochs=20, batch_size=50, verbose=0)

s, c = model.predict(X[cut:], verbose=0).T
diff = np.arctan2(s, c) - theta[cut:]
diff = (diff + np.pi) % (2 * np.pi) - np.pi
print("median error in degrees:", np.rad2deg(np.median(np.abs(diff))))
