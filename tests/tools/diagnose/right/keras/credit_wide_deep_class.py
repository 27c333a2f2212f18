from dataclasses import dataclass, asdict
import json
import os
import tempfile
import joblib
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.metrics import roc_auc_score, brier_score_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import QuantileTransformer, OrdinalEncoder


@dataclass
class Config:
    deep: tuple = (32, 16)
    lr: float = 3e-3
    epochs: int = 12
    batch_size: int = 64
    seed: int = 101


class CreditScorer:
    NUM = ["income", "debt", "age"]
    CAT = ["purpose", "housing"]

    def __init__(self, cfg: Config):
        self.cfg = cfg

    def _x(self, df):
        num = self.qt.transform(df[self.NUM]).astype("float32")
        cat = (self.oe.transform(df[self.CAT]) + 1).astype("int32")       # 0 = unseen
        return {"num": num, "cat": cat}

    def _build(self):
        num = tf.keras.Input((len(self.NUM),), name="num")
        cat = tf.keras.Input((len(self.CAT),), name="cat", dtype="int32")
        embs, wide = [], [num]
        for j, cats in enumerate(self.oe.categories_):
            c = cat[:, j]
            embs.append(tf.keras.layers.Embedding(len(cats) + 1, 3)(c))
            wide.append(tf.keras.layers.CategoryEncoding(len(cats) + 1, output_mode="one_hot")(cat[:, j:j + 1]))
        x = tf.keras.layers.Concatenate()([num] + embs)
        for u in self.cfg.deep:
            x = tf.keras.layers.Dense(u, activation="relu")(x)
        deep = tf.keras.layers.Dense(1, use_bias=False)(x)
        lin = tf.keras.layers.Dense(1)(tf.keras.layers.Concatenate()(wide))
        out = tf.keras.layers.Activation("sigmoid")(tf.keras.layers.Add()([deep, lin]))
        return tf.keras.Model({"num": num, "cat": cat}, out)

    def fit(self, df, y, df_val, y_val):
        tf.keras.utils.set_random_seed(self.cfg.seed)
        self.qt = QuantileTransformer(n_quantiles=100, output_distribution="normal").fit(df[self.NUM])
        self.oe = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(df[self.CAT])
        self.model = self._build()
        self.model.compile(tf.keras.optimizers.Adam(self.cfg.lr), "binary_crossentropy",
                           metrics=[tf.keras.metrics.AUC(name="auc")])
        es = tf.keras.callbacks.EarlyStopping("val_auc", mode="max", patience=3, restore_best_weights=True)
        self.model.fit(self._x(df), y, validation_data=(self._x(df_val), y_val), epochs=self.cfg.epochs,
                       batch_size=self.cfg.batch_size, verbose=0, callbacks=[es])
        return self

    def predict_proba(self, df):
        return self.model.predict(self._x(df), verbose=0)[:, 0]

    def save(self, path):
        os.makedirs(path, exist_ok=True)
        self.model.save(os.path.join(path, "net.keras"))
        joblib.dump((self.qt, self.oe), os.path.join(path, "prep.joblib"))
        with open(os.path.join(path, "cfg.json"), "w") as fh:
            json.dump(asdict(self.cfg), fh)

    @classmethod
    def load(cls, path):
        with open(os.path.join(path, "cfg.json")) as fh:
            obj = cls(Config(**json.load(fh)))
        obj.qt, obj.oe = joblib.load(os.path.join(path, "prep.joblib"))
        obj.model = tf.keras.models.load_model(os.path.join(path, "net.keras"))
        return obj


def fake(n, seed=0):
    r = np.random.default_rng(seed)
    df = pd.DataFrame({"income": r.lognormal(10, .5, n), "debt": r.lognormal(8, 1, n), "age": r.integers(20, 70, n),
                       "purpose": r.choice(["car", "home", "study"], n), "housing": r.choice(["own", "rent"], n)})
    z = -1.5 + 1.2 * np.log(df.debt / df.income + .05) + (df.purpose == "study") - .02 * (df.age - 40) + 2.5
    return df, (r.random(n) < 1 / (1 + np.exp(-z))).astype("float32").to_numpy()


if __name__ == "__main__":
    df, y = fake(1600)
    a, c, ya, yc = train_test_split(df, y, test_size=.2, stratify=y, random_state=0)
    a, b, ya, yb = train_test_split(a, ya, test_size=.2, stratify=ya, random_state=0)
    s = CreditScorer(Config()).fit(a, ya[:, None], b, yb[:, None])
    with tempfile.TemporaryDirectory() as d:
        s.save(d)
        s = CreditScorer.load(d)
    p = s.predict_proba(c)
    print("AUC", roc_auc_score(yc, p), "Brier", brier_score_loss(yc, p), "base rate", yc.mean())
