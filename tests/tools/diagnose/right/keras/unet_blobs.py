# Mini U-Net that outlines round "cells" in noisy microscopy-like tiles
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(21)
gen = np.random.default_rng(21)
SIZE = 32


def make_tile():
    yy, xx = np.mgrid[:SIZE, :SIZE]
    mask = np.zeros((SIZE, SIZE), "float32")
    for _ in range(gen.integers(1, 4)):
        cy, cx = gen.uniform(6, 26, 2)
        r = gen.uniform(3, 6)
        mask[(yy - cy) ** 2 + (xx - cx) ** 2 < r ** 2] = 1.0
    img = 0.25 + 0.5 * mask + gen.normal(0, 0.1, mask.shape)
    return img.clip(0, 1).astype("float32"), mask


pairs = [make_tile() for _ in range(200)]
imgs = np.stack([p[0] for p in pairs])[..., None]
masks = np.stack([p[1] for p in pairs])[..., None]
x_train, x_val = imgs[:160], imgs[160:]
m_train, m_val = masks[:160], masks[160:]


def conv_pair(x, n):
    for _ in range(2):
        x = layers.Conv2D(n, 3, padding="same", activation="relu")(x)
    return x


def dice_coef(y_true, y_pred, smooth=1.0):
    inter = ops.sum(y_true * y_pred, axis=(1, 2, 3))
    total = ops.sum(y_true, axis=(1, 2, 3)) + ops.sum(y_pred, axis=(1, 2, 3))
    return ops.mean((2.0 * inter + smooth) / (total + smooth))


def bce_dice(y_true, y_pred):
    return ops.mean(keras.losses.binary_crossentropy(y_true, y_pred)) + 1.0 - dice_coef(y_true, y_pred)


inputs = keras.Input((SIZE, SIZE, 1))
skips = []
x = inputs
for n in (8, 16):
    x = conv_pair(x, n)
    skips.append(x)
    x = layers.MaxPooling2D()(x)
x = conv_pair(x, 32)
for n, skip in zip((16, 8), reversed(skips)):
    x = layers.Conv2DTranspose(n, 2, strides=2, padding="same")(x)
    x = layers.Concatenate()([x, skip])
    x = conv_pair(x, n)
outputs = layers.Conv2D(1, 1, activation="sigmoid")(x)
unet = keras.Model(inputs, outputs)

unet.compile(keras.optimizers.Adam(4e-3), loss=bce_dice, metrics=[dice_coef, keras.metrics.BinaryIoU(target_class_ids=[1], threshold=0.5)])
unet.fit(x_train, m_train, validation_data=(x_val, m_val), batch_size=16, epochs=8, verbose=2)

pred_mask = (unet.predict(x_val, verbose=0) > 0.5).astype("uint8")
inter = np.logical_and(pred_mask, m_val).sum()
union = np.logical_or(pred_mask, m_val).sum()
print("IoU on validation tiles:", inter / union)
