import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(14)
S = 32


def synth(n, seed):
    r = np.random.default_rng(seed)
    yy, xx = np.mgrid[:S, :S]
    X = np.zeros((n, S, S, 1), "float32")
    Y = np.zeros((n, S, S, 1), "float32")
    for i in range(n):
        for _ in range(r.integers(1, 4)):
            a, b = r.integers(5, S - 5, 2)
            ry, rx = r.integers(2, 6, 2)
            Y[i, ((yy - a) / ry) ** 2 + ((xx - b) / rx) ** 2 <= 1, 0] = 1
        X[i] = .6 * Y[i] + r.normal(0, .25, (S, S, 1))
    return X, Y


def conv(x, f):
    for _ in range(2):
        x = layers.Conv2D(f, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.Activation("relu")(x)
    return x


def unet(base=8):
    i = keras.Input((S, S, 1))
    c1 = conv(i, base)
    c2 = conv(layers.MaxPooling2D()(c1), base * 2)
    b = conv(layers.MaxPooling2D()(c2), base * 4)
    u2 = layers.Conv2DTranspose(base * 2, 2, strides=2)(b)
    d2 = conv(layers.Concatenate()([u2, c2]), base * 2)
    u1 = layers.Conv2DTranspose(base, 2, strides=2)(d2)
    d1 = conv(layers.Concatenate()([u1, c1]), base)
    return keras.Model(i, layers.Conv2D(1, 1, activation="sigmoid")(d1))


def dice_loss(y, p, smooth=1.0):
    y, p = ops.reshape(y, (ops.shape(y)[0], -1)), ops.reshape(p, (ops.shape(p)[0], -1))
    inter = ops.sum(y * p, axis=1)
    return 1 - (2 * inter + smooth) / (ops.sum(y, axis=1) + ops.sum(p, axis=1) + smooth)


def bce_dice(y, p):
    return ops.mean(keras.losses.binary_crossentropy(y, p), axis=(1, 2)) + dice_loss(y, p)


xtr, ytr = synth(240, 0)
xva, yva = synth(48, 1)
xte, yte = synth(48, 2)
m = unet()
m.compile(keras.optimizers.Adam(3e-3), bce_dice,
          metrics=[keras.metrics.BinaryIoU(target_class_ids=[1], threshold=.5, name="iou")])
m.fit(xtr, ytr, validation_data=(xva, yva), batch_size=16, epochs=6, verbose=2)
mask = m.predict(xte, verbose=0) >= .5
truth = yte.astype(bool)
iou = (mask & truth).sum((1, 2, 3)) / (mask | truth).sum((1, 2, 3))
print("mean IoU per image", iou.mean(), "min", iou.min())
