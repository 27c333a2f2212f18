import itertools
import numpy as np
import pandas as pd
import keras
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split

X, y = make_moons(900, noise=.28, random_state=3)
X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=.25, random_state=3)
X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=.25, random_state=3)

space = dict(units=[8, 32], depth=[1, 2], lr=[1e-3, 1e-2], dropout=[0.0, 0.2])
grid = [dict(zip(space, v)) for v in itertools.product(*space.values())]
trials = [grid[i] for i in np.random.default_rng(0).choice(len(grid), 6, replace=False)]


def make(units, depth, lr, dropout):
    model = keras.Sequential([keras.Input((2,))])
    for _ in range(depth):
        model.add(keras.layers.Dense(units, activation="relu"))
        if dropout:
            model.add(keras.layers.Dropout(dropout))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(lr), "binary_crossentropy", metrics=["accuracy"])
    return model


rows = []
for hp in trials:
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    model = make(**hp)
    h = model.fit(X_train, y_train, validation_data=(X_val, y_val), epochs=15, batch_size=32, verbose=0)
    best_epoch = int(np.argmin(h.history["val_loss"]))
    rows.append({**hp, "epochs": best_epoch + 1, "val_loss": h.history["val_loss"][best_epoch],
                 "val_acc": h.history["val_accuracy"][best_epoch]})
table = pd.DataFrame(rows).sort_values("val_loss")
print(table.to_string(index=False))

win = min(rows, key=lambda r: r["val_loss"])
keras.utils.set_random_seed(0)
final = make(**{k: win[k] for k in space})
final.fit(X_rest, y_rest, epochs=win["epochs"], batch_size=32, verbose=0)
print("test accuracy of the refitted winner:", final.evaluate(X_test, y_test, verbose=0)[1])
