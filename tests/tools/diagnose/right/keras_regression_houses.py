import keras
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def build(n):
    m = keras.Sequential()
    m.add(keras.Input(shape=(n,)))
    m.add(keras.layers.Dense(32, activation="relu"))
    m.add(keras.layers.Dense(16, activation="relu"))
    m.add(keras.layers.Dense(1))
    m.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse", metrics=["mae"])
    return m


keras.utils.set_random_seed(3)
df = pd.read_csv("houses.csv").drop(columns="id")
tr, te = train_test_split(df, test_size=0.2, random_state=3)

ct = make_column_transformer(
    (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["area_m2", "rooms", "year_built", "condition"]),
    (OneHotEncoder(sparse_output=False, handle_unknown="ignore"), ["district", "garage"]),
)
Xtr = ct.fit_transform(tr.drop(columns="price"))
Xte = ct.transform(te.drop(columns="price"))

# log price, centred and scaled with the training part
ly = np.log(tr["price"].to_numpy())
m, s = ly.mean(), ly.std()

model = build(Xtr.shape[1])
model.fit(Xtr, (ly - m) / s, epochs=30, batch_size=64, verbose=0)

pred = np.exp(model.predict(Xte, verbose=0)[:, 0] * s + m)
err = np.abs(pred - te["price"].to_numpy())
print("mean absolute error:", round(err.mean()))
print("median relative error: %.1f %%" % (100 * np.median(err / te["price"].to_numpy())))
