import argparse

import keras
import numpy as np
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split


class ValF1(keras.callbacks.Callback):
    """Computes F1 on the validation part and keeps the best weights."""

    def __init__(self, X, y):
        super().__init__()
        self.X, self.y = X, y
        self.best, self.weights = -1.0, None

    def on_epoch_end(self, epoch, logs=None):
        p = self.model.predict(self.X, verbose=0).ravel()
        f1 = f1_score(self.y, p >= 0.5)
        if logs is not None:
            logs["val_f1"] = f1
        if f1 > self.best:
            self.best, self.weights = f1, self.model.get_weights()

    def on_train_end(self, logs=None):
        self.model.set_weights(self.weights)


def prepare(path):
    df = pd.read_csv(path)
    y = df.pop("churned").to_numpy()
    df = df.drop(columns="customer_id")
    df["region"] = df["region"].fillna("unknown")
    df = pd.get_dummies(df, columns=["plan", "region", "signup_channel"], dtype="float32")
    return df, y


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", default="churn.csv")
    ap.add_argument("--epochs", type=int, default=25)
    args = ap.parse_args()
    keras.utils.set_random_seed(0)

    df, y = prepare(args.data)
    X_tr, X_te, y_tr, y_te = train_test_split(df, y, test_size=0.2, stratify=y, random_state=0)
    X_tr, X_va, y_tr, y_va = train_test_split(X_tr, y_tr, test_size=0.2, stratify=y_tr, random_state=0)
    num = ["tenure", "monthly_fee", "support_calls"]
    med, mu, sd = X_tr[num].median(), X_tr[num].mean(), X_tr[num].std()
    arrays = []
    for part in (X_tr, X_va, X_te):
        part = part.copy()
        part[num] = (part[num].fillna(med) - mu) / sd
        arrays.append(part.to_numpy("float32"))
    A_tr, A_va, A_te = arrays

    model = keras.Sequential([
        keras.Input((A_tr.shape[1],)),
        keras.layers.Dense(24, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-3)),
        keras.layers.Dense(1, activation="sigmoid"),
    ])
    model.compile("adam", "binary_crossentropy")
    cb = ValF1(A_va, y_va)
    pos = y_tr.mean()
    model.fit(A_tr, y_tr, epochs=args.epochs, batch_size=32, callbacks=[cb], verbose=0,
              class_weight={0: 0.5 / (1 - pos), 1: 0.5 / pos})
    f1 = f1_score(y_te, model.predict(A_te, verbose=0).ravel() >= 0.5)
    print(f"best validation F1 {cb.best:.3f}, test F1 {f1:.3f}, all-positive baseline {f1_score(y_te, np.ones_like(y_te)):.3f}")


if __name__ == "__main__":
    main()
