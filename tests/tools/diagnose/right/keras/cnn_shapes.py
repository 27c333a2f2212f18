import argparse
import os
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, models, callbacks


def make_shapes(n, size=24, seed=0):
    rng = np.random.default_rng(seed)
    imgs = rng.normal(0, .15, (n, size, size, 1)).astype("float32")
    labels = rng.integers(0, 3, n)
    yy, xx = np.mgrid[:size, :size]
    for i, l in enumerate(labels):
        cy, cx = rng.integers(8, size - 8, 2)
        r = rng.integers(4, 7)
        if l == 0:
            m = (yy - cy) ** 2 + (xx - cx) ** 2 <= r ** 2
        elif l == 1:
            m = (abs(yy - cy) <= r) & (abs(xx - cx) <= r)
        else:
            m = (abs(yy - cy) <= 1) | (abs(xx - cx) <= 1)
        imgs[i, m, 0] += 1.0
    return imgs, labels.astype("int64")


def build(size, classes, drop):
    return models.Sequential([
        layers.Input((size, size, 1)),
        layers.RandomTranslation(0.1, 0.1),
        layers.Conv2D(8, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(16, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dropout(drop),
        layers.Dense(classes),
    ])


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--epochs", type=int, default=4)
    ap.add_argument("--batch-size", type=int, default=32)
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--dropout", type=float, default=0.3)
    ap.add_argument("--out", default="shapes.keras")
    args = ap.parse_args()

    tf.keras.utils.set_random_seed(42)
    x_train, y_train = make_shapes(600, seed=1)
    x_val, y_val = make_shapes(150, seed=2)
    x_test, y_test = make_shapes(150, seed=3)

    model = build(x_train.shape[1], 3, args.dropout)
    model.compile(optimizer=tf.keras.optimizers.Adam(args.lr),
                  loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                  metrics=["accuracy"])
    model.fit(x_train, y_train, validation_data=(x_val, y_val),
              epochs=args.epochs, batch_size=args.batch_size, verbose=2,
              callbacks=[callbacks.ModelCheckpoint(args.out, monitor="val_accuracy",
                                                   mode="max", save_best_only=True)])
    best = tf.keras.models.load_model(args.out)
    logits = best.predict(x_test, verbose=0)
    probs = tf.nn.softmax(logits, axis=-1).numpy()
    print("mean confidence", probs.max(-1).mean())
    print("test accuracy", (probs.argmax(-1) == y_test).mean())
    os.remove(args.out)


if __name__ == "__main__":
    main()
