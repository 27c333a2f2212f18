"""A new model for every fold."""
# needs: tensorflow, sklearn
import keras
import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold


def build():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Dense(12, activation="relu"), keras.layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.03), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


X, y = load_iris(return_X_y=True)
scores = []
for train, test in StratifiedKFold(3, shuffle=True, random_state=0).split(X, y):
    mean, spread = X[train].mean(axis=0), X[train].std(axis=0)
    model = build()
    model.fit((X[train] - mean) / spread, y[train], epochs=15, verbose=0)
    scores.append(model.evaluate((X[test] - mean) / spread, y[test], verbose=0)[1])
print("accuracy", np.mean(scores))
