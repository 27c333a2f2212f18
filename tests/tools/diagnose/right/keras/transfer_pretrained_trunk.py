"""Pretrain a trunk on digits 0-4, transfer it to digits 5-9 with 10 labels per class (no downloads)."""
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(2)
d = load_digits()
X, y = (d.images[..., None] * (255 / 16)).astype("float32"), d.target
src = y < 5
Xt, Xe, yt, ye = train_test_split(X[~src], y[~src] - 5, train_size=50, stratify=y[~src], random_state=2)


def make_trunk():
    i = keras.Input((8, 8, 1))
    h = layers.Rescaling(1 / 255.)(i)
    h = layers.Conv2D(16, 3, padding="same", activation="relu")(h)
    h = layers.MaxPooling2D()(h)
    h = layers.Conv2D(32, 3, padding="same", activation="relu")(h)
    return keras.Model(i, layers.Flatten()(h), name="trunk")


trunk = make_trunk()
pre = keras.Sequential([keras.Input((8, 8, 1)), trunk, layers.Dense(5, activation="softmax")])
pre.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
pre.fit(X[src], y[src], epochs=6, batch_size=32, verbose=0)
trunk.save_weights("trunk.weights.h5")

base = make_trunk()
base.load_weights("trunk.weights.h5")
base.trainable = False
inputs = keras.Input((8, 8, 1))
x = base(inputs, training=False)
x = layers.Dropout(0.2)(x)
model = keras.Model(inputs, layers.Dense(5)(x))


def compile_(lr):
    model.compile(optimizer=keras.optimizers.Adam(lr),
                  loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])


compile_(3e-3)
print("trainable tensors, phase 1:", len(model.trainable_variables))
hist = model.fit(Xt, yt, epochs=15, batch_size=10, verbose=0)
base.trainable = True
compile_(1e-4)          # recompile, so that the unfrozen trunk is trained
print("trainable tensors, phase 2:", len(model.trainable_variables))
model.fit(Xt, yt, epochs=20, initial_epoch=hist.epoch[-1] + 1, batch_size=10, verbose=0)
pred = tf.argmax(model.predict(Xe, verbose=0), axis=-1).numpy()
print("transfer accuracy", np.mean(pred == ye))

scratch = keras.Sequential([keras.Input((8, 8, 1)), make_trunk(), layers.Dense(5, activation="softmax")])
scratch.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
scratch.fit(Xt, yt, epochs=20, batch_size=10, verbose=0)
print("from scratch     ", scratch.evaluate(Xe, ye, verbose=0)[1])
