"""Transfer learning recipe in two stages (weights=None here because the machine is offline)."""
import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(13)
IMG = 32
CLASSES = ("red", "green", "blue")


def toy_photos(n, seed):
    r = np.random.default_rng(seed)
    y = r.integers(0, 3, n)
    x = r.uniform(0, 120, (n, IMG, IMG, 3))
    for i, c in enumerate(y):
        x[i, :, :, c] += 100
    return x.astype("float32"), y


x_train, y_train = toy_photos(96, 1)
x_val, y_val = toy_photos(48, 2)


def dataset(x, y, training):
    ds = tf.data.Dataset.from_tensor_slices((x, y))
    if training:
        ds = ds.shuffle(len(x), seed=13)
    return ds.batch(16).prefetch(tf.data.AUTOTUNE)


train_ds, val_ds = dataset(x_train, y_train, True), dataset(x_val, y_val, False)

base = tf.keras.applications.MobileNetV2(input_shape=(IMG, IMG, 3), include_top=False, weights=None, alpha=0.35)
base.trainable = False

inputs = tf.keras.Input((IMG, IMG, 3))
x = tf.keras.layers.RandomFlip("horizontal")(inputs)
x = tf.keras.applications.mobilenet_v2.preprocess_input(x)      # 0..255 -> -1..1
x = base(x, training=False)
x = tf.keras.layers.GlobalAveragePooling2D()(x)
x = tf.keras.layers.Dropout(0.2)(x)
outputs = tf.keras.layers.Dense(len(CLASSES))(x)
model = tf.keras.Model(inputs, outputs)

loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(tf.keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"])
model.fit(train_ds, validation_data=val_ds, epochs=2, verbose=2)

# stage two: the last blocks with a tiny rate; compile again so that it takes effect
base.trainable = True
for i, layer in enumerate(base.layers):
    # BatchNorm stays frozen, and with that in inference mode, also in the last blocks
    if i < len(base.layers) - 20 or isinstance(layer, tf.keras.layers.BatchNormalization):
        layer.trainable = False
model.compile(tf.keras.optimizers.Adam(1e-5), loss, metrics=["accuracy"])
model.fit(train_ds, validation_data=val_ds, initial_epoch=2, epochs=3, verbose=2)
print("trainable tensors:", len(model.trainable_weights))
