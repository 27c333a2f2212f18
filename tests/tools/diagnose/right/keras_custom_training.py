"""Keras digits classifier: own layer (serialisable), settings, best checkpoint, logging."""
import argparse
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

log = logging.getLogger("keras-digits")


@dataclass
class Settings:
    units: int = 48
    epochs: int = 12
    batch: int = 64
    lr: float = 3e-3
    seed: int = 90


@keras.saving.register_keras_serializable(package="labs")
class ResidualDense(layers.Layer):
    def __init__(self, units, **kw):
        super().__init__(**kw)
        self.units = units

    def build(self, input_shape):
        if input_shape[-1] != self.units:
            raise ValueError("a residual block keeps the width")
        self.a = layers.Dense(self.units, activation="relu")
        self.b = layers.Dense(self.units)
        self.a.build(input_shape)
        self.b.build(input_shape)

    def call(self, x):
        return ops.relu(x + self.b(self.a(x)))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def build(s: Settings) -> keras.Model:
    x = i = keras.Input((64,))
    x = layers.Dense(s.units, activation="relu")(x)
    x = ResidualDense(s.units)(x)
    x = layers.Dropout(0.2)(x)
    m = keras.Model(i, layers.Dense(10, activation="softmax")(x))
    m.compile(keras.optimizers.AdamW(s.lr), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return m


def main() -> None:
    ap = argparse.ArgumentParser()
    ap.add_argument("--epochs", type=int, default=Settings.epochs)
    s = Settings(epochs=ap.parse_args().epochs)
    logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s")
    keras.utils.set_random_seed(s.seed)
    X, y = load_digits(return_X_y=True)
    X = (X / 16).astype("float32")
    a, Xte, ya, yte = train_test_split(X, y, test_size=0.2, stratify=y, random_state=s.seed)
    Xtr, Xva, ytr, yva = train_test_split(a, ya, test_size=0.2, stratify=ya, random_state=s.seed)
    with tempfile.TemporaryDirectory() as d:
        ck = Path(d) / "best.keras"
        hist = build(s).fit(
            Xtr, ytr, validation_data=(Xva, yva), epochs=s.epochs, batch_size=s.batch, verbose=0,
            callbacks=[
                keras.callbacks.ModelCheckpoint(ck, monitor="val_accuracy", mode="max", save_best_only=True),
                keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=2),
                keras.callbacks.TerminateOnNaN(),
            ],
        )
        best = keras.saving.load_model(ck)
    log.info("best val accuracy %.4f", max(hist.history["val_accuracy"]))
    pred = np.argmax(best.predict(Xte, verbose=0), axis=1)
    log.info("test macro F1 %.4f", f1_score(yte, pred, average="macro"))


if __name__ == "__main__":
    main()
