import argparse

import numpy as np
import tensorflow as tf
from tensorflow.keras import Model, layers, regularizers


def residual_block(x, filters, stride=1, wd=1e-4):
    shortcut = x
    y = layers.Conv2D(filters, 3, stride, "same", use_bias=False,
                      kernel_regularizer=regularizers.l2(wd))(x)
    y = layers.BatchNormalization(momentum=0.9)(y)
    y = layers.Activation("relu")(y)
    y = layers.Conv2D(filters, 3, 1, "same", use_bias=False,
                      kernel_regularizer=regularizers.l2(wd))(y)
    y = layers.BatchNormalization(momentum=0.9)(y)
    if stride != 1 or shortcut.shape[-1] != filters:
        shortcut = layers.Conv2D(filters, 1, stride, use_bias=False)(shortcut)
        shortcut = layers.BatchNormalization(momentum=0.9)(shortcut)
    y = layers.Add()([y, shortcut])
    return layers.Activation("relu")(y)


def make_resnet(shape, classes, widths=(8, 16), depth=1):
    inp = layers.Input(shape)
    x = layers.Conv2D(widths[0], 3, padding="same", use_bias=False)(inp)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.Activation("relu")(x)
    for i, w in enumerate(widths):
        for j in range(depth):
            x = residual_block(x, w, stride=2 if i > 0 and j == 0 else 1)
    x = layers.GlobalAveragePooling2D()(x)
    return Model(inp, layers.Dense(classes, activation="softmax")(x), name="mini_resnet")


def synthetic_shapes(n, rng):
    """Bright square (0), horizontal bar (1) or vertical bar (2) on noise."""
    img = rng.normal(0.2, 0.05, (n, 16, 16, 1))
    lab = rng.integers(0, 3, n)
    for k in range(n):
        r, c = rng.integers(2, 9, 2)
        if lab[k] == 0:
            img[k, r:r + 5, c:c + 5] += 0.7
        elif lab[k] == 1:
            img[k, r:r + 2, 1:15] += 0.7
        else:
            img[k, 1:15, c:c + 2] += 0.7
    return np.clip(img, 0, 1).astype("float32"), lab


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--epochs", type=int, default=4)
    p.add_argument("--lr", type=float, default=0.05)
    p.add_argument("--seed", type=int, default=11)
    args = p.parse_args()

    tf.keras.utils.set_random_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    x_tr, y_tr = synthetic_shapes(480, rng)
    x_va, y_va = synthetic_shapes(120, rng)

    model = make_resnet(x_tr.shape[1:], 3)
    steps = int(np.ceil(len(x_tr) / 32)) * args.epochs
    lr = tf.keras.optimizers.schedules.CosineDecay(args.lr, decay_steps=steps)
    model.compile(
        tf.keras.optimizers.SGD(lr, momentum=0.9, nesterov=True),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(x_tr, y_tr, batch_size=32, epochs=args.epochs,
              validation_data=(x_va, y_va), verbose=2)


if __name__ == "__main__":
    main()
