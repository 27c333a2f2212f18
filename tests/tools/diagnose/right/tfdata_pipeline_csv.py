"""tf.data from CSV, feature preprocessing layers inside the model, one artefact for serving."""
import logging
import os
import tempfile

import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.metrics import roc_auc_score
from tensorflow import keras

NUM = ["tenure", "MonthlyCharges", "SupportCalls"]
CAT = ["Contract", "PaymentMethod"]
AUTOTUNE = tf.data.AUTOTUNE


def load(path):
    df = pd.read_csv(path)
    df["label"] = (df["Churn"] == "Yes").astype("float32")
    df = df.dropna(subset=["MonthlyCharges"]).sample(frac=1.0, random_state=44)
    n = len(df)
    return df.iloc[: int(0.7 * n)], df.iloc[int(0.7 * n): int(0.85 * n)], df.iloc[int(0.85 * n):]


def to_ds(df, train=False, batch=64):
    x = {c: df[c].to_numpy("float32")[:, None] for c in NUM}
    x |= {c: np.array(df[c].tolist())[:, None] for c in CAT}
    ds = tf.data.Dataset.from_tensor_slices((x, df["label"].to_numpy("float32")))
    if train:
        ds = ds.shuffle(len(df), seed=44, reshuffle_each_iteration=True)
    return ds.batch(batch).prefetch(AUTOTUNE)


def build(train):
    inputs, parts = {}, []
    for c in NUM:
        inputs[c] = keras.Input((1,), name=c)
        norm = keras.layers.Normalization()
        norm.adapt(train[c].to_numpy("float32")[:, None])
        parts.append(norm(inputs[c]))
    for c in CAT:
        inputs[c] = keras.Input((1,), name=c, dtype="string")
        look = keras.layers.StringLookup(vocabulary=sorted(train[c].unique()), output_mode="one_hot")
        parts.append(look(inputs[c]))
    h = keras.layers.Concatenate()(parts)
    h = keras.layers.Dense(16, activation="relu")(h)
    out = keras.layers.Dense(1)(h)
    model = keras.Model(inputs, out)
    model.compile(keras.optimizers.Adam(5e-3), keras.losses.BinaryCrossentropy(from_logits=True))
    return model


def main():
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    keras.utils.set_random_seed(44)
    train, val, test = load("telco_churn.csv")
    model = build(train)
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)
    model.fit(to_ds(train, True), validation_data=to_ds(val), epochs=12, callbacks=[stop], verbose=0)
    logits = model.predict(to_ds(test), verbose=0).ravel()
    logging.info("test AUC %.4f", roc_auc_score(test["label"], logits))     # ranks only: logits will do
    with tempfile.TemporaryDirectory() as d:
        f = os.path.join(d, "churn.keras")
        model.save(f)
        again = keras.models.load_model(f).predict(to_ds(test), verbose=0).ravel()
    logging.info("same answers after loading: %s", np.allclose(logits, again, atol=1e-5))


if __name__ == "__main__":
    main()
