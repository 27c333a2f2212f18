"""mixed_float16: the last layer is kept in float32 for a stable softmax."""
import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(2)
keras.mixed_precision.set_global_policy("mixed_float16")

X, y = load_digits(return_X_y=True)
X = (X / 16.0).astype("float32")
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.2, random_state=2, stratify=y)

inputs = keras.Input((64,))
x = keras.layers.Dense(64, activation="relu")(inputs)
x = keras.layers.Dense(32, activation="relu")(x)
logits = keras.layers.Dense(10)(x)
probs = keras.layers.Activation("softmax", dtype="float32")(logits)
model = keras.Model(inputs, probs)
print("compute:", model.layers[1].compute_dtype, " variables:", model.layers[1].variable_dtype)

model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X_tr, y_tr, epochs=8, batch_size=64, verbose=2)
p = model.predict(X_te, verbose=0)
assert p.dtype == np.float32
print("test accuracy", float((p.argmax(1) == y_te).mean()))
keras.mixed_precision.set_global_policy("float32")
