"""Unidades por tienda: embeddings for shop, weekday and month, dense numeric part."""
import keras
import numpy as np
import pandas as pd
from keras import layers

keras.utils.set_random_seed(20)
v = pd.read_csv("ventas.csv", parse_dates=["fecha"]).sort_values(["fecha", "tienda"]).reset_index(drop=True)
v["tienda_id"] = v["tienda"].map({"Madrid": 0, "Sevilla": 1, "Bilbao": 2})
v["dow"], v["mes"] = v["fecha"].dt.dayofweek, v["fecha"].dt.month - 1
v["t"] = (v["fecha"] - v["fecha"].min()).dt.days / 365.0
v["lag7"] = v.groupby("tienda")["unidades"].shift(7)
v = v.dropna()

tr = v[v.fecha < "2023-01-01"]
va = v[(v.fecha >= "2023-01-01") & (v.fecha < "2023-07-01")]
te = v[v.fecha >= "2023-07-01"]
num = ["promo", "precio", "t", "lag7"]
mu, sd = tr[num].mean(), tr[num].std()
ym, ys = tr["unidades"].mean(), tr["unidades"].std()


def pack(d):
    x = {
        "tienda": d["tienda_id"].to_numpy()[:, None],
        "dow": d["dow"].to_numpy()[:, None],
        "mes": d["mes"].to_numpy()[:, None],
        "num": ((d[num] - mu) / sd).to_numpy("float32"),
    }
    return x, ((d["unidades"] - ym) / ys).to_numpy("float32")


def embed(name, card, dim):
    i = keras.Input((1,), name=name, dtype="int32")
    return i, layers.Flatten()(layers.Embedding(card, dim)(i))


ins, vecs = zip(*[embed("tienda", 3, 2), embed("dow", 7, 3), embed("mes", 12, 4)])
num_in = keras.Input((len(num),), name="num")
h = layers.Concatenate()([*vecs, num_in])
for u in (32, 16):
    h = layers.Dense(u, activation="relu")(h)
model = keras.Model([*ins, num_in], layers.Dense(1)(h))
model.compile(keras.optimizers.Adam(3e-3), "huber")
x_tr, y_tr = pack(tr)
model.fit(x_tr, y_tr, validation_data=pack(va), epochs=40, batch_size=64, verbose=0,
          callbacks=[keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)])

x_te, _ = pack(te)
pred = model.predict(x_te, verbose=0).ravel() * ys + ym
print(f"MAE {np.abs(pred - te['unidades']).mean():.2f}; lag-7 {np.abs(te['lag7'] - te['unidades']).mean():.2f}")
