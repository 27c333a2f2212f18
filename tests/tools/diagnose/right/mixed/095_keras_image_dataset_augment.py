"""tf.data input pipeline with augmentation on the training branch only."""
import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

AUTO = tf.data.AUTOTUNE
keras.utils.set_random_seed(12)

digits = load_digits()
images = digits.images.astype("float32")[..., None] / 16.0
a, test, ya, y_test = train_test_split(images, digits.target, test_size=0.2, stratify=digits.target, random_state=12)
train, val, y_train, y_val = train_test_split(a, ya, test_size=0.2, stratify=ya, random_state=12)

augment = keras.Sequential([
    keras.layers.RandomTranslation(0.1, 0.1, fill_mode="constant"),
    keras.layers.RandomRotation(0.04, fill_mode="constant"),  # no flips: they would change digits
])


def dataset(x, y, training=False):
    ds = tf.data.Dataset.from_tensor_slices((x, y))
    if training:
        ds = ds.shuffle(len(x), seed=12)
    ds = ds.batch(64)
    if training:
        ds = ds.map(lambda im, t: (augment(im, training=True), t), num_parallel_calls=AUTO)
    return ds.prefetch(AUTO)


def residual(x, f):
    s = keras.layers.Conv2D(f, 1, use_bias=False)(x)
    h = keras.layers.Conv2D(f, 3, padding="same", use_bias=False)(x)
    h = keras.layers.BatchNormalization(momentum=0.9)(h)
    h = keras.layers.ReLU()(h)
    h = keras.layers.Conv2D(f, 3, padding="same", use_bias=False)(h)
    h = keras.layers.BatchNormalization(momentum=0.9)(h)
    return keras.layers.ReLU()(keras.layers.Add()([s, h]))


inp = keras.Input((8, 8, 1))
h = residual(inp, 16)
h = keras.layers.MaxPooling2D()(h)
h = residual(h, 32)
h = keras.layers.GlobalAveragePooling2D()(h)
model = keras.Model(inp, keras.layers.Dense(10, activation="softmax")(h))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(dataset(train, y_train, True), validation_data=dataset(val, y_val), epochs=15, verbose=2)
print("test:", model.evaluate(dataset(test, y_test), verbose=0, return_dict=True))
