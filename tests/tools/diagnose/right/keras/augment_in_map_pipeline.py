"""tf.data with augmentation layers called by hand (training=True), after the cache."""
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

AUTOTUNE = tf.data.AUTOTUNE
tf.keras.utils.set_random_seed(29)
rng = np.random.default_rng(29)


def crosses_and_rings(n):
    y = rng.integers(0, 2, n)
    x = rng.integers(0, 60, (n, 24, 24, 1)).astype("float32")
    yy, xx = np.mgrid[:24, :24]
    for i in range(n):
        cy, cx = rng.integers(9, 15, 2)
        if y[i]:
            r = np.hypot(yy - cy, xx - cx)
            x[i, (r > 4) & (r < 7), 0] = 230
        else:
            x[i, cy - 6:cy + 6, cx - 1:cx + 2] = 230
            x[i, cy - 1:cy + 2, cx - 6:cx + 6] = 230
    return x.astype("uint8"), y


augment = tf.keras.Sequential([
    layers.RandomFlip("horizontal_and_vertical"),
    layers.RandomRotation(0.1),
    layers.RandomTranslation(0.1, 0.1),
])
rescale = layers.Rescaling(1.0 / 255)


def prepare(x, y, training=False):
    ds = tf.data.Dataset.from_tensor_slices((x, y))
    ds = ds.map(lambda a, b: (rescale(tf.cast(a, tf.float32)), b), num_parallel_calls=AUTOTUNE).cache()
    if training:
        ds = ds.shuffle(len(x))
    ds = ds.batch(32)
    if training:
        ds = ds.map(lambda a, b: (augment(a, training=True), b), num_parallel_calls=AUTOTUNE)
    return ds.prefetch(AUTOTUNE)


train_ds = prepare(*crosses_and_rings(400), training=True)
val_ds = prepare(*crosses_and_rings(100))

model = tf.keras.Sequential([
    layers.Input((24, 24, 1)),
    layers.SeparableConv2D(16, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.SeparableConv2D(32, 3, activation="relu"),
    layers.GlobalMaxPooling2D(),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(tf.keras.optimizers.Adam(5e-3), "binary_crossentropy", metrics=["accuracy"])
model.fit(train_ds, validation_data=val_ds, epochs=5, verbose=2)
