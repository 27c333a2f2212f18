"""Two heads from one trunk: cultivar (3 classes) and alcohol (regression)."""
import numpy as np
import keras
from keras import layers
from sklearn.datasets import load_wine
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(9)
data = load_wine()
alcohol = data.data[:, 0]
features = data.data[:, 1:]          # the target column is taken out

f_tr, f_te, c_tr, c_te, a_tr, a_te = train_test_split(
    features, data.target, alcohol, test_size=0.3, stratify=data.target, random_state=9)

fs = StandardScaler().fit(f_tr)
a_mu, a_sd = a_tr.mean(), a_tr.std()

inp = keras.Input((12,), name="chemistry")
trunk = layers.Dense(32, activation="relu")(inp)
trunk = layers.Dense(16, activation="relu")(trunk)
cultivar = layers.Dense(3, activation="softmax", name="cultivar")(trunk)
alc = layers.Dense(1, name="alcohol")(trunk)
model = keras.Model(inp, {"cultivar": cultivar, "alcohol": alc})

model.compile(
    optimizer=keras.optimizers.Adam(5e-3),
    loss={"cultivar": "sparse_categorical_crossentropy", "alcohol": "mse"},
    loss_weights={"cultivar": 1.0, "alcohol": 0.5},
    metrics={"cultivar": "accuracy"},
)
model.fit(fs.transform(f_tr), {"cultivar": c_tr, "alcohol": (a_tr - a_mu) / a_sd},
          epochs=40, batch_size=16, verbose=0)

out = model.predict(fs.transform(f_te), verbose=0)
print("accuracy", accuracy_score(c_te, out["cultivar"].argmax(1)))
print("R2 alcohol", r2_score(a_te, out["alcohol"][:, 0] * a_sd + a_mu))
