"""usage: 098_keras_save_predict_cli.py [train|predict]; without arguments both are run in a temp folder."""
import json
import pathlib
import sys
import tempfile

import keras
import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

DISTRICTS = ["Mitte", "Pankow", "Neukölln", "Spandau", "Lichtenberg"]


def features(df, meta):
    num = df[["wohnflaeche", "zimmer", "baujahr", "etage", "balkon"]].fillna(meta["fill"]).to_numpy("float32")
    num = (num - np.array(meta["mean"])) / np.array(meta["std"])
    one_hot = (df["bezirk"].to_numpy()[:, None] == np.array(DISTRICTS)).astype("float32")
    return np.hstack([num, one_hot]).astype("float32")


def train(folder):
    keras.utils.set_random_seed(0)
    df = pd.read_csv("mieten.csv")
    dev, test = train_test_split(df, test_size=0.2, random_state=0)
    fit, val = train_test_split(dev, test_size=0.2, random_state=0)
    cols = ["wohnflaeche", "zimmer", "baujahr", "etage", "balkon"]
    fill = fit[cols].median().to_dict()
    filled = fit[cols].fillna(fill)
    log_y = np.log(fit["miete"])
    meta = {"fill": fill, "mean": filled.mean().tolist(), "std": filled.std().tolist(),
            "y_mean": float(log_y.mean()), "y_std": float(log_y.std())}
    target = lambda d: ((np.log(d["miete"]) - meta["y_mean"]) / meta["y_std"]).to_numpy("float32")

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(5e-3), "mse")
    model.fit(features(fit, meta), target(fit), validation_data=(features(val, meta), target(val)),
              epochs=100, batch_size=32, verbose=0,
              callbacks=[keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)])
    model.save(folder / "model.keras")
    (folder / "meta.json").write_text(json.dumps(meta))
    test.to_csv(folder / "test.csv", index=False)


def predict(folder):
    model = keras.models.load_model(folder / "model.keras")
    meta = json.loads((folder / "meta.json").read_text())
    df = pd.read_csv(folder / "test.csv")
    z = model.predict(features(df, meta), verbose=0).ravel()
    df["schaetzung"] = np.exp(z * meta["y_std"] + meta["y_mean"])
    print(df[["bezirk", "wohnflaeche", "miete", "schaetzung"]].head(8).round(1).to_string(index=False))
    print("MAE EUR", round(mean_absolute_error(df["miete"], df["schaetzung"]), 1))


if __name__ == "__main__":
    step = sys.argv[1] if len(sys.argv) > 1 else "both"
    folder = pathlib.Path(tempfile.gettempdir()) / "miet_modell"
    folder.mkdir(exist_ok=True)
    if step in ("train", "both"):
        train(folder)
    if step in ("predict", "both"):
        predict(folder)
