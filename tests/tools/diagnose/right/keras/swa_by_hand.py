import numpy as np
import keras
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


class SWA(keras.callbacks.Callback):
    """Running mean of the trainable weights from `start` on; swapped in at the end."""

    def __init__(self, start):
        super().__init__()
        self.start, self.n, self.avg = start, 0, None

    def on_epoch_end(self, epoch, logs=None):
        if epoch < self.start:
            return
        w = self.model.get_weights()
        if self.avg is None:
            self.avg = [a.copy() for a in w]
        else:
            self.avg = [(m * self.n + a) / (self.n + 1) for m, a in zip(self.avg, w)]
        self.n += 1

    def on_train_end(self, logs=None):
        if self.avg is not None:
            self.model.set_weights(self.avg)
            print("averaged", self.n, "checkpoints")


keras.utils.set_random_seed(77)
X, y = make_classification(1500, 20, n_informative=10, n_classes=3, flip_y=.05, random_state=77)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=77)
sc = StandardScaler()
X_train, X_test = sc.fit_transform(X_train), sc.transform(X_test)


def build():
    keras.utils.set_random_seed(77)
    m = keras.Sequential([keras.Input((20,)),
                          keras.layers.Dense(64, activation="relu"),
                          keras.layers.LayerNormalization(),
                          keras.layers.Dense(3, activation="softmax")])
    m.compile(keras.optimizers.SGD(.1, momentum=.9), "sparse_categorical_crossentropy",
              metrics=["accuracy"])
    return m


for cbs in ([], [SWA(start=8)]):
    m = build()
    m.fit(X_train, y_train, epochs=16, batch_size=32, verbose=0, callbacks=cbs)
    print("SWA " if cbs else "last", m.evaluate(X_test, y_test, verbose=0))
