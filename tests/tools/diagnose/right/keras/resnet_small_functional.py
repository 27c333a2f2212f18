import numpy as np
import keras
from keras import layers, regularizers

keras.utils.set_random_seed(99)
WD = 1e-4


def colour_blobs(n, rng):
    y = rng.integers(0, 4, n)
    x = rng.uniform(0, 90, (n, 16, 16, 3))
    for i, c in enumerate(y):
        r, s = rng.integers(2, 10, 2)
        if c < 3:
            x[i, r:r + 5, s:s + 5, c] += 150
        else:
            x[i, r:r + 5, s:s + 5, :] += 150
    return x.clip(0, 255).astype("uint8"), y


def conv_bn(x, filters, stride=1):
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False,
                      kernel_initializer="he_normal",
                      kernel_regularizer=regularizers.l2(WD))(x)
    return layers.BatchNormalization(momentum=0.9)(x)


def block(x, filters, stride=1):
    shortcut = x
    y = layers.ReLU()(conv_bn(x, filters, stride))
    y = conv_bn(y, filters)
    if stride != 1 or x.shape[-1] != filters:
        shortcut = layers.Conv2D(filters, 1, strides=stride, use_bias=False)(x)
        shortcut = layers.BatchNormalization(momentum=0.9)(shortcut)
    return layers.ReLU()(layers.add([y, shortcut]))


def resnet(input_shape, n_classes):
    inp = keras.Input(input_shape)
    x = layers.Rescaling(1 / 127.5, offset=-1)(inp)
    x = layers.ReLU()(conv_bn(x, 8))
    for f, s in [(8, 1), (16, 2), (32, 2)]:
        x = block(x, f, s)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inp, layers.Dense(n_classes, activation="softmax")(x))


rng = np.random.default_rng(0)
xtr, ytr = colour_blobs(800, rng)
xva, yva = colour_blobs(200, rng)
xte, yte = colour_blobs(200, rng)
EPOCHS, BS = 4, 40
schedule = keras.optimizers.schedules.CosineDecay(0.05, decay_steps=EPOCHS * len(xtr) // BS)
model = resnet(xtr.shape[1:], 4)
model.compile(keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True),
              loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(xtr, ytr, epochs=EPOCHS, batch_size=BS, validation_data=(xva, yva), verbose=2)
print("test:", model.evaluate(xte, yte, verbose=0, return_dict=True))
