"""Binary segmentation with a custom dice + BCE loss and a custom metric class."""
import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(21)


def shapes(n, seed, size=32):
    r = np.random.default_rng(seed)
    yy, xx = np.mgrid[:size, :size]
    imgs, masks = [], []
    for _ in range(n):
        m = np.zeros((size, size), bool)
        for _ in range(r.integers(1, 3)):
            cy, cx = r.integers(5, size - 5, 2)
            h, w = r.integers(3, 8, 2)
            m |= (np.abs(yy - cy) < h) & (np.abs(xx - cx) < w)
        imgs.append(m * 0.7 + r.normal(0, 0.5, m.shape))
        masks.append(m)
    return np.array(imgs, "float32")[..., None], np.array(masks, "float32")[..., None]


def dice_bce(y_true, y_pred):
    axes = (1, 2, 3)
    inter = ops.sum(y_true * y_pred, axis=axes)
    total = ops.sum(y_true, axis=axes) + ops.sum(y_pred, axis=axes)
    dice = 1.0 - (2.0 * inter + 1.0) / (total + 1.0)
    bce = ops.mean(keras.losses.binary_crossentropy(y_true, y_pred), axis=(1, 2))
    return dice + bce


class IoU(keras.metrics.Metric):
    def __init__(self, name="iou", **kw):
        super().__init__(name=name, **kw)
        self.i = self.add_weight(initializer="zeros", name="inter")
        self.u = self.add_weight(initializer="zeros", name="union")

    def update_state(self, y_true, y_pred, sample_weight=None):
        p = ops.cast(y_pred > 0.5, "float32")
        inter = ops.sum(p * y_true)
        self.i.assign_add(inter)
        self.u.assign_add(ops.sum(p) + ops.sum(y_true) - inter)

    def result(self):
        return self.i / (self.u + 1e-7)


def conv(x, f):
    x = layers.Conv2D(f, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.ReLU()(x)


inp = keras.Input((32, 32, 1))
a = conv(inp, 8)
b = conv(layers.MaxPooling2D()(a), 16)
c = conv(layers.MaxPooling2D()(b), 32)
b2 = conv(layers.Concatenate()([layers.UpSampling2D()(c), b]), 16)
a2 = conv(layers.Concatenate()([layers.UpSampling2D()(b2), a]), 8)
model = keras.Model(inp, layers.Conv2D(1, 1, activation="sigmoid")(a2))
model.compile(keras.optimizers.Adam(5e-3), loss=dice_bce, metrics=[IoU()])

train, val, test = shapes(400, 1), shapes(100, 2), shapes(150, 3)
model.fit(*train, validation_data=val, epochs=6, batch_size=20, verbose=2,
          callbacks=[keras.callbacks.ModelCheckpoint("seg_best.weights.h5", monitor="val_iou", mode="max",
                                                     save_best_only=True, save_weights_only=True)])
model.load_weights("seg_best.weights.h5")
print("test", model.evaluate(*test, verbose=0, return_dict=True))
