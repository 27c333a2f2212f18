import keras
import numpy as np
from keras import layers, ops

SIZE = 32


def make_scene(rng):
    yy, xx = np.mgrid[:SIZE, :SIZE]
    mask = np.zeros((SIZE, SIZE), bool)
    for _ in range(rng.integers(1, 4)):
        cy, cx = rng.integers(5, SIZE - 5, 2)
        r = rng.integers(3, 6)
        mask |= (yy - cy) ** 2 + (xx - cx) ** 2 <= r * r
    img = 0.3 * rng.random((SIZE, SIZE)) + 0.5 * mask * rng.uniform(0.6, 1.0)
    img += 0.2 * (xx / SIZE) + rng.normal(0, 0.08, mask.shape)
    return img[..., None].astype("float32"), mask[..., None].astype("float32")


def dataset(n, seed):
    rng = np.random.default_rng(seed)
    x, y = zip(*(make_scene(rng) for _ in range(n)))
    return np.stack(x), np.stack(y)


def conv_block(x, f):
    for _ in range(2):
        x = layers.Conv2D(f, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    return x


def unet(base=8, depth=2):
    inp = keras.Input((SIZE, SIZE, 1))
    x, skips = inp, []
    for d in range(depth):
        x = conv_block(x, base * 2**d)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = conv_block(x, base * 2**depth)
    for d in reversed(range(depth)):
        x = layers.Conv2DTranspose(base * 2**d, 2, strides=2)(x)
        x = conv_block(layers.Concatenate()([x, skips[d]]), base * 2**d)
    return keras.Model(inp, layers.Conv2D(1, 1, activation="sigmoid")(x))


@keras.saving.register_keras_serializable("seg")
def bce_dice(y_true, y_pred):
    axes = (1, 2, 3)
    inter = ops.sum(y_true * y_pred, axis=axes)
    total = ops.sum(y_true, axis=axes) + ops.sum(y_pred, axis=axes)
    dice = (2 * inter + 1.0) / (total + 1.0)
    bce = ops.mean(keras.losses.binary_crossentropy(y_true, y_pred), axis=(1, 2))
    return bce + (1.0 - dice)


def main():
    keras.utils.set_random_seed(6)
    x_tr, y_tr = dataset(160, 1)
    x_va, y_va = dataset(40, 2)
    x_te, y_te = dataset(60, 3)
    model = unet()
    model.compile(
        keras.optimizers.Adam(3e-3),
        loss=bce_dice,
        metrics=[keras.metrics.BinaryIoU(target_class_ids=[1], threshold=0.5, name="iou")],
    )
    model.fit(x_tr, y_tr, validation_data=(x_va, y_va), batch_size=16, epochs=12, verbose=2)
    print(model.evaluate(x_te, y_te, verbose=0, return_dict=True))


if __name__ == "__main__":
    main()
