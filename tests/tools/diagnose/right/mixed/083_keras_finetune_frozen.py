"""Transfer: pretrain on digits 0-4, freeze, train a new head for 5-9, then fine-tune slowly."""
import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(1)
d = load_digits()
X, y = d.images.astype("float32")[..., None] / 16.0, d.target
src, tgt = y < 5, y >= 5


def backbone():
    inp = keras.Input((8, 8, 1))
    h = inp
    for f in (16, 32):
        h = layers.Conv2D(f, 3, padding="same", use_bias=False)(h)
        h = layers.BatchNormalization(momentum=0.9)(h)
        h = layers.ReLU()(h)
        h = layers.MaxPooling2D()(h)
    return keras.Model(inp, layers.Flatten()(h), name="backbone")


base = backbone()
pre = keras.Sequential([base, layers.Dense(5, activation="softmax")])
pre.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
pre.fit(X[src], y[src], epochs=10, batch_size=64, verbose=0)

X_t, y_t = X[tgt], y[tgt] - 5
X_rest, X_test, y_rest, y_test = train_test_split(X_t, y_t, test_size=0.5, stratify=y_t, random_state=0)
X_few, X_val, y_few, y_val = train_test_split(X_rest, y_rest, train_size=100, stratify=y_rest, random_state=0)

base.trainable = False
inp = keras.Input((8, 8, 1))
h = base(inp, training=False)  # BatchNorm keeps its statistics
out = layers.Dense(5, activation="softmax")(h)
model = keras.Model(inp, out)
model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X_few, y_few, validation_data=(X_val, y_val), epochs=25, batch_size=20, verbose=0)
print("head only, validation :", round(model.evaluate(X_val, y_val, verbose=0)[1], 3))

base.trainable = True
model.compile(keras.optimizers.Adam(1e-5), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X_few, y_few, validation_data=(X_val, y_val), epochs=15, batch_size=20, verbose=0)
print("fine-tuned, validation:", round(model.evaluate(X_val, y_val, verbose=0)[1], 3))
print("fine-tuned, test      :", round(model.evaluate(X_test, y_test, verbose=0)[1], 3))
