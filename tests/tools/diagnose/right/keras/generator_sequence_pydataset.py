import math

import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class DigitBatches(keras.utils.PyDataset):
    """Cuts batches, rolls the pictures a little while training and shuffles between the epochs."""

    def __init__(self, images, labels, batch_size=32, train=False, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.images, self.labels = images, labels
        self.batch_size, self.train = batch_size, train
        self.rng = np.random.default_rng(seed)
        self.order = np.arange(len(images))
        self.on_epoch_end()

    def __len__(self):
        return math.ceil(len(self.images) / self.batch_size)

    def __getitem__(self, k):
        idx = self.order[k * self.batch_size:(k + 1) * self.batch_size]
        x = self.images[idx].astype("float32") / 16.0
        if self.train:
            x = np.stack([np.roll(im, self.rng.integers(-1, 2), axis=1) for im in x])
        return x[..., None], self.labels[idx]

    def on_epoch_end(self):
        if self.train:
            self.rng.shuffle(self.order)


def main():
    keras.utils.set_random_seed(0)
    d = load_digits()
    xa, xb, ya, yb = train_test_split(d.images, d.target, test_size=0.25, stratify=d.target, random_state=0)
    xa, xv, ya, yv = train_test_split(xa, ya, test_size=0.15, stratify=ya, random_state=0)
    train, val, test = DigitBatches(xa, ya, train=True), DigitBatches(xv, yv, 128), DigitBatches(xb, yb, 128)

    model = keras.Sequential([
        keras.Input((8, 8, 1)),
        keras.layers.Conv2D(24, 3, activation="relu"),
        keras.layers.Conv2D(24, 3, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.4),
        keras.layers.Dense(10, activation="softmax"),
    ])
    model.compile(keras.optimizers.RMSprop(2e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping(monitor="val_accuracy", mode="max", patience=3, restore_best_weights=True)
    model.fit(train, validation_data=val, epochs=8, callbacks=[stop], verbose=2)
    # `test` is not shuffled, so predictions and yb stand in the same order
    pred = model.predict(test, verbose=0).argmax(1)
    print("test accuracy:", np.mean(pred == yb))


if __name__ == "__main__":
    main()
