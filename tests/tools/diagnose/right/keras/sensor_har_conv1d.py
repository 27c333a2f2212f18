import argparse
import json

import keras
import numpy as np
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GroupShuffleSplit

ACTIVITIES = ["walk", "run", "sit"]


def simulate(persons=12, per=20, T=64, seed=0):
    r = np.random.default_rng(seed)
    xs, ys, gs = [], [], []
    t = np.arange(T) / 32
    for person in range(persons):
        pace = r.normal(1.0, 0.1)
        for _ in range(per):
            a = r.integers(3)
            f, amp = [(1.8, 1.0), (3.0, 2.2), (0.3, 0.05)][a]
            phase = r.uniform(0, 6.28, 3)
            sig = amp * np.sin(2 * np.pi * f * pace * t[:, None] + phase) + r.normal(0, 0.3, (T, 3))
            xs.append(sig + np.array([0, 0, 9.8]))
            ys.append(a)
            gs.append(person)
    return np.array(xs, "float32"), np.array(ys), np.array(gs)


def network(shape, n_out):
    return keras.Sequential([
        keras.Input(shape),
        keras.layers.Conv1D(16, 7, activation="relu"),
        keras.layers.MaxPooling1D(2),
        keras.layers.Conv1D(32, 5, activation="relu"),
        keras.layers.GlobalAveragePooling1D(),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(n_out, activation="softmax"),
    ])


def main(argv=None):
    ap = argparse.ArgumentParser()
    ap.add_argument("--epochs", type=int, default=10)
    ap.add_argument("--seed", type=int, default=0)
    a = ap.parse_args(argv)
    keras.utils.set_random_seed(a.seed)

    X, y, person = simulate(seed=a.seed)
    # nobody is both in the training and in the test part
    tr, te = next(GroupShuffleSplit(1, test_size=0.25, random_state=a.seed).split(X, y, person))
    mu, sd = X[tr].mean(axis=(0, 1)), X[tr].std(axis=(0, 1))
    Xn = (X - mu) / sd

    model = network(X.shape[1:], len(ACTIVITIES))
    model.compile(keras.optimizers.Adam(3e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(Xn[tr], y[tr], epochs=a.epochs, batch_size=16, verbose=0)
    pred = model.predict(Xn[te], verbose=0).argmax(1)
    print(json.dumps({"balanced_accuracy": float(balanced_accuracy_score(y[te], pred)),
                      "test_persons": sorted(map(int, set(person[te])))}))


if __name__ == "__main__":
    main()
