"""Two phases: body frozen, then everything at a small rate. compile() is called twice because
a change of `trainable` has no effect before the next compile()."""
import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(15)
d = load_digits()
x = (d.images / 16.0).astype("float32")[..., None]
low, high = d.target < 6, d.target >= 6

body = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(12, 3, padding="same", use_bias=False), layers.BatchNormalization(), layers.ReLU(), layers.MaxPooling2D(),
    layers.Conv2D(24, 3, padding="same", activation="relu"), layers.GlobalAveragePooling2D(),
], name="body")

pre = keras.Sequential([body, layers.Dense(6, activation="softmax")])
pre.compile("adam", "sparse_categorical_crossentropy")
pre.fit(x[low], d.target[low], epochs=8, batch_size=32, verbose=0)

xa, xb, ya, yb = train_test_split(x[high], d.target[high] - 6, test_size=0.5, stratify=d.target[high], random_state=15)

body.trainable = False
inp = keras.Input((8, 8, 1))
out = layers.Dense(4, activation="softmax")(body(inp, training=False))     # batch-norm in inference mode in both phases
model = keras.Model(inp, out)
model.compile(keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy", metrics=["accuracy"])
frozen = [w.copy() for w in body.get_weights()]
model.fit(xa, ya, epochs=10, batch_size=32, verbose=0)
assert all(np.array_equal(a, b) for a, b in zip(frozen, body.get_weights()))
print("head only:  %.3f" % model.evaluate(xb, yb, verbose=0)[1])

body.trainable = True
model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(xa, ya, epochs=8, batch_size=32, verbose=0)
print("fine-tuned: %.3f" % model.evaluate(xb, yb, verbose=0)[1])
