import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.metrics import roc_auc_score

keras.utils.set_random_seed(3)

df = pd.read_csv("sensors.csv")
machines = df["machine_id"].unique()
rng = np.random.default_rng(3)
rng.shuffle(machines)
m_train, m_val, m_test = machines[:24], machines[24:30], machines[30:]
feats = ["vibration", "temperature", "pressure"]


def seqs(ids, length=10, healthy_only=False):
    X, bad = [], []
    for _, g in df[df["machine_id"].isin(ids)].groupby("machine_id"):
        g = g.sort_values("cycle")
        v, rul = g[feats].to_numpy("float32"), g["rul"].to_numpy()
        for end in range(length, len(g) + 1):
            if healthy_only and rul[end - 1] < 60:
                continue
            X.append(v[end - length:end])
            bad.append(rul[end - 1] < 20)
    return np.stack(X), np.array(bad)


X_tr, _ = seqs(m_train, healthy_only=True)
X_va, _ = seqs(m_val, healthy_only=True)
X_te, y_te = seqs(m_test)
mu, sd = X_tr.mean((0, 1)), X_tr.std((0, 1))
X_tr, X_va, X_te = [((a - mu) / sd).reshape(len(a), -1) for a in (X_tr, X_va, X_te)]

ae = keras.Sequential([
    keras.Input((X_tr.shape[1],)),
    layers.Dense(16, activation="relu"),
    layers.Dense(4, activation="relu", name="code"),
    layers.Dense(16, activation="relu"),
    layers.Dense(X_tr.shape[1]),
])
ae.compile("adam", "mse")
ae.fit(X_tr, X_tr, validation_data=(X_va, X_va), epochs=30, batch_size=64, verbose=0,
       callbacks=[keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)])


def error(a):
    return ((ae.predict(a, verbose=0) - a) ** 2).mean(axis=1)


threshold = np.quantile(error(X_va), 0.99)
e = error(X_te)
print(f"AUC {roc_auc_score(y_te, e):.3f}; caught {np.mean(e[y_te] > threshold):.2f} of the windows near failure")
