import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(2)
keras.mixed_precision.set_dtype_policy("mixed_bfloat16")
try:
    d = load_digits()
    x = (d.images / 16.0).astype("float32")[..., None]
    x_tr, x_te, y_tr, y_te = train_test_split(x, d.target, test_size=0.25, stratify=d.target, random_state=2)

    inp = keras.Input((8, 8, 1))
    h = layers.Conv2D(16, 3, activation="relu", padding="same")(inp)
    h = layers.MaxPooling2D()(h)
    h = layers.Conv2D(32, 3, activation="relu", padding="same")(h)
    h = layers.GlobalAveragePooling2D()(h)
    h = layers.Dense(10)(h)
    out = layers.Activation("softmax", dtype="float32")(h)
    model = keras.Model(inp, out)

    assert model.layers[1].compute_dtype == "bfloat16"
    assert model.layers[1].kernel.dtype == "float32"
    assert model.output.dtype == "float32"

    model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_tr, y_tr, epochs=8, batch_size=64, verbose=2)
    print("test accuracy", model.evaluate(x_te, y_te, verbose=0)[1])
finally:
    keras.mixed_precision.set_dtype_policy("float32")
