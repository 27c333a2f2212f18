# The last layer has no activation: the loss takes logits, and logit > 0 is the same as probability > 0.5
import keras
import numpy as np
from sklearn.datasets import make_circles
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(9)
X, y = make_circles(1200, noise=0.12, factor=0.5, random_state=9)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.25, stratify=y, random_state=9)

model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(24, activation="relu"), keras.layers.Dense(24, activation="relu"), keras.layers.Dense(1)])
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0), keras.metrics.AUC(from_logits=True)],
)
model.fit(X_tr, y_tr, epochs=15, batch_size=32, verbose=0)
print({k: round(float(v), 4) for k, v in model.evaluate(X_te, y_te, verbose=0, return_dict=True).items()})

z = model.predict(X_te, verbose=0)[:, 0]
p = 1 / (1 + np.exp(-z))
assert np.array_equal(z > 0, p > 0.5)
print("accuracy by hand %.4f" % np.mean((z > 0) == y_te))
