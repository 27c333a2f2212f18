from dataclasses import dataclass

import keras
import numpy as np
from keras import ops
from sklearn.datasets import make_moons
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split


@dataclass
class Config:
    seed: int = 5
    hidden: tuple = (16, 16)
    epochs: int = 20
    batch: int = 32


class BinaryF1(keras.metrics.Metric):
    def __init__(self, threshold=0.5, name="f1", **kw):
        super().__init__(name=name, **kw)
        self.threshold = threshold
        self.tp = self.add_weight(shape=(), initializer="zeros", name="tp")
        self.fp = self.add_weight(shape=(), initializer="zeros", name="fp")
        self.fn = self.add_weight(shape=(), initializer="zeros", name="fn")

    def update_state(self, y_true, y_pred, sample_weight=None):
        t = ops.reshape(ops.cast(y_true, "float32"), (-1,))
        p = ops.reshape(ops.cast(y_pred > self.threshold, "float32"), (-1,))
        self.tp.assign_add(ops.sum(t * p))
        self.fp.assign_add(ops.sum((1 - t) * p))
        self.fn.assign_add(ops.sum(t * (1 - p)))

    def result(self):
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn + keras.config.epsilon())

    def reset_state(self):
        for v in (self.tp, self.fp, self.fn):
            v.assign(0.0)


class Report(keras.callbacks.Callback):
    def __init__(self, every=5):
        super().__init__()
        self.every = every

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every == 0:
            print(f"[{epoch + 1:3d}] " + "  ".join(f"{k}={v:.3f}" for k, v in (logs or {}).items()))


def run(cfg: Config):
    keras.utils.set_random_seed(cfg.seed)
    X, y = make_moons(1000, noise=0.2, random_state=cfg.seed)
    a, b, ya, yb = train_test_split(X, y, test_size=0.3, random_state=cfg.seed)
    model = keras.Sequential([keras.Input((2,))]
                             + [keras.layers.Dense(h, activation="relu") for h in cfg.hidden]
                             + [keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=[BinaryF1()])
    model.fit(a, ya, epochs=cfg.epochs, batch_size=cfg.batch, validation_data=(b, yb), verbose=0, callbacks=[Report()])
    ours = model.evaluate(b, yb, verbose=0, return_dict=True)["f1"]
    theirs = f1_score(yb, model.predict(b, verbose=0)[:, 0] > 0.5)
    assert abs(ours - theirs) < 1e-4, (ours, theirs)
    print("F1", ours)


if __name__ == "__main__":
    run(Config())
