"""One trunk, two heads: digit identity (10 classes) and edge strength (regression)."""
import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(11)
digits = load_digits()
X = digits.images.astype("float32")[..., None] / 16.0
cls = digits.target
grad = np.abs(np.diff(digits.images, axis=1)).sum((1, 2)).astype("float32")  # edge strength

idx = np.arange(len(X))
i_tr, i_te = train_test_split(idx, test_size=0.2, stratify=cls, random_state=11)
i_tr, i_va = train_test_split(i_tr, test_size=0.2, stratify=cls[i_tr], random_state=11)
m, s = grad[i_tr].mean(), grad[i_tr].std()
edge = (grad - m) / s

inp = keras.Input((8, 8, 1))
h = layers.Conv2D(24, 3, activation="relu", padding="same")(inp)
h = layers.MaxPooling2D()(h)
h = layers.Conv2D(24, 3, activation="relu", padding="same")(h)
h = layers.Flatten()(h)
h = layers.Dense(64, activation="relu")(h)
digit = layers.Dense(10, activation="softmax", name="digit")(h)
edge_out = layers.Dense(1, name="edge")(h)
model = keras.Model(inp, {"digit": digit, "edge": edge_out})
model.compile(
    optimizer="adam",
    loss={"digit": "sparse_categorical_crossentropy", "edge": "mse"},
    loss_weights={"digit": 1.0, "edge": 0.5},
    metrics={"digit": ["accuracy"], "edge": ["mae"]},
)


def target(i):
    return {"digit": cls[i], "edge": edge[i]}


model.fit(X[i_tr], target(i_tr), validation_data=(X[i_va], target(i_va)), epochs=15, batch_size=64, verbose=0)
for k, v in model.evaluate(X[i_te], target(i_te), verbose=0, return_dict=True).items():
    print(f"{k}: {v:.4f}")
out = model.predict(X[i_te], verbose=0)
print("edge MAE in original units: %.2f" % np.abs(out["edge"].ravel() * s + m - grad[i_te]).mean())
