import keras
import numpy as np
from sklearn.model_selection import KFold

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(160, 40))
y = rng.integers(0, 2, 160)


def build():
    model = keras.Sequential([keras.layers.Dense(64, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    return model


model = build()
scores = []
for train, test in KFold(4, shuffle=True, random_state=0).split(X):
    model.fit(X[train], y[train], epochs=12, verbose=0)
    scores.append(model.evaluate(X[test], y[test], verbose=0)[1])
print("folds", np.round(scores, 2))
print("mean accuracy", np.mean(scores))
