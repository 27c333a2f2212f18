import gc

import keras
import numpy as np
from sklearn.datasets import load_wine
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.preprocessing import StandardScaler

X, y = load_wine(return_X_y=True)
scores = []
for i, (a, b) in enumerate(RepeatedStratifiedKFold(n_splits=4, n_repeats=1, random_state=0).split(X, y)):
    keras.utils.set_random_seed(i)
    ss = StandardScaler()
    Xa = ss.fit_transform(X[a])  # new scaler for every fold
    Xb = ss.transform(X[b])
    net = keras.Sequential([
        keras.Input((13,)),
        keras.layers.Dense(16, activation="tanh"),
        keras.layers.Dense(3, activation="softmax"),
    ])
    net.compile(keras.optimizers.RMSprop(1e-2), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    net.fit(Xa, y[a], epochs=15, batch_size=16, verbose=0)
    loss, acc = net.evaluate(Xb, y[b], verbose=0)
    scores.append((loss, acc))
    print(f"fold {i}: loss {loss:.3f} acc {acc:.3f}")
    keras.backend.clear_session()
    gc.collect()

s = np.array(scores)
print("mean loss %.3f, accuracy %.3f ± %.3f" % (s[:, 0].mean(), s[:, 1].mean(), s[:, 1].std()))
