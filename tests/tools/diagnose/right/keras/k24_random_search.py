import json

import keras
import numpy as np
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split

SPACE = {
    "units": lambda r: int(2 ** r.integers(4, 7)),
    "layers": lambda r: int(r.integers(1, 4)),
    "lr": lambda r: float(10 ** r.uniform(-3, -1.7)),
    "dropout": lambda r: float(r.choice([0.0, 0.05, 0.1])),
    "activation": lambda r: str(r.choice(["relu", "tanh", "swish"])),
}
EPOCHS, TRIALS = 25, 6


def build(hp, norm):
    inp = keras.Input((10,))
    x = norm(inp)
    for _ in range(hp["layers"]):
        x = keras.layers.Dense(hp["units"], activation=hp["activation"])(x)
        x = keras.layers.Dropout(hp["dropout"])(x)
    model = keras.Model(inp, keras.layers.Dense(1)(x))
    model.compile(keras.optimizers.Adam(hp["lr"]), "mse")
    return model


def normaliser(a):
    n = keras.layers.Normalization()
    n.adapt(a)
    return n


X, y = make_friedman1(1500, noise=0.5, random_state=0)
X, y = X.astype("float32"), y.astype("float32")
X_dev, X_test, y_dev, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
X_tr, X_va, y_tr, y_va = train_test_split(X_dev, y_dev, test_size=0.25, random_state=0)
norm_tr = normaliser(X_tr)

rng = np.random.default_rng(0)
trials = []
for t in range(TRIALS):
    hp = {k: draw(rng) for k, draw in SPACE.items()}
    keras.utils.set_random_seed(1000)
    h = build(hp, norm_tr).fit(X_tr, y_tr, validation_data=(X_va, y_va), epochs=EPOCHS, batch_size=32, verbose=0)
    best_epoch = int(np.argmin(h.history["val_loss"])) + 1
    trials.append((min(h.history["val_loss"]), best_epoch, hp))
    print(t, round(trials[-1][0], 3), best_epoch, json.dumps(hp))

score, n_epochs, hp = min(trials, key=lambda t: t[0])
keras.utils.set_random_seed(1000)
final = build(hp, normaliser(X_dev))
final.fit(X_dev, y_dev, epochs=n_epochs, batch_size=32, verbose=0)
print("validation mse of the winner", round(score, 3))
print("test mse", round(final.evaluate(X_test, y_test, verbose=0), 3), "noise floor 0.25, variance", y_test.var().round(2))
