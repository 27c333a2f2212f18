import itertools

import numpy as np
import keras
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

X, y = load_breast_cancer(return_X_y=True)
X_dev, X_test, y_dev, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=0)
X_train, X_val, y_train, y_val = train_test_split(X_dev, y_dev, test_size=0.25, stratify=y_dev, random_state=0)


def build(units, rate, lr):
    model = keras.Sequential([
        keras.Input((X.shape[1],)),
        keras.layers.Dense(units, activation="relu"),
        keras.layers.Dropout(rate),
        keras.layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(keras.optimizers.Adam(lr), "binary_crossentropy")
    return model


space = {"units": [8, 32], "rate": [0.0, 0.3], "lr": [1e-3, 1e-2]}
scaler = StandardScaler().fit(X_train)
A, B = scaler.transform(X_train), scaler.transform(X_val)

results = []
for values in itertools.product(*space.values()):
    hp = dict(zip(space, values))
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    m = build(**hp)
    m.fit(A, y_train, epochs=8, batch_size=32, verbose=0)
    results.append((m.evaluate(B, y_val, verbose=0), hp))
    print(results[-1])

best_loss, best_hp = min(results, key=lambda r: r[0])
print("chosen:", best_hp)

# refit on train + validation with the chosen values, look at the test part once
final_scaler = StandardScaler().fit(X_dev)
keras.utils.set_random_seed(0)
final = build(**best_hp)
final.fit(final_scaler.transform(X_dev), y_dev, epochs=8, batch_size=32, verbose=0)
p = final.predict(final_scaler.transform(X_test), verbose=0)
print(classification_report(y_test, (p[:, 0] > 0.5).astype(int)))
