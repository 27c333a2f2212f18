import os
import tempfile

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

tf.keras.utils.set_random_seed(1)
workdir = tempfile.mkdtemp()
ckpt = os.path.join(workdir, "best.keras")


def train():
    X, y = load_wine(return_X_y=True)
    X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=1)
    X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.2, stratify=y_rest, random_state=1)

    norm = tf.keras.layers.Normalization()
    norm.adapt(X_train)              # the scaling travels inside the saved model
    model = tf.keras.Sequential([
        tf.keras.Input((13,)),
        norm,
        tf.keras.layers.Dense(24, activation="relu"),
        tf.keras.layers.Dense(3, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(
        X_train, y_train, validation_data=(X_val, y_val), epochs=25, batch_size=16, verbose=0,
        callbacks=[tf.keras.callbacks.ModelCheckpoint(ckpt, monitor="val_loss", save_best_only=True)],
    )
    return X_test, y_test


def infer(raw):
    model = tf.keras.models.load_model(ckpt)
    p = model.predict(raw, verbose=0)
    return p.argmax(axis=-1), p.max(axis=-1)


X_test, y_test = train()
label, confidence = infer(X_test)
print("accuracy of the reloaded model", (label == y_test).mean())
print("first sample:", infer(X_test[:1]))
