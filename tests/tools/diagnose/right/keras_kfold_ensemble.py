"""Five-fold ensemble of small networks; out-of-fold estimate, then one look at the test part."""
import logging

import keras
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import KFold, train_test_split
from sklearn.preprocessing import StandardScaler

SEED = 606
logging.basicConfig(level=logging.INFO, format="[%(levelname)s] %(message)s")


class FoldModel:
    """Scaling of inputs and target + network, fitted together."""

    def __init__(self, seed):
        self.seed = seed

    def fit(self, X, y):
        keras.utils.set_random_seed(self.seed)
        self.xs, self.ym, self.ysd = StandardScaler().fit(X), y.mean(), y.std()
        self.net = keras.Sequential([
            keras.Input((X.shape[1],)),
            keras.layers.Dense(16, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-3)),
            keras.layers.Dense(1),
        ])
        self.net.compile(keras.optimizers.Adam(0.01), loss="mae")
        self.net.fit(self.xs.transform(X), (y - self.ym) / self.ysd, epochs=20, batch_size=32, verbose=0)
        return self

    def predict(self, X):
        out = self.net(self.xs.transform(X), training=False)
        return keras.ops.convert_to_numpy(out)[:, 0] * self.ysd + self.ym


def main():
    X, y = load_diabetes(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.2, random_state=SEED)
    oof, models = np.empty_like(y), []
    for k, (a, b) in enumerate(KFold(5, shuffle=True, random_state=SEED).split(X)):
        m = FoldModel(SEED + k).fit(X[a], y[a])
        oof[b] = m.predict(X[b])
        models.append(m)
        logging.info("fold %d MAE %.2f", k, mean_absolute_error(y[b], oof[b]))
    logging.info("out-of-fold MAE %.2f", mean_absolute_error(y, oof))
    pred = np.mean([m.predict(X_test) for m in models], axis=0)
    logging.info("test MAE of the ensemble %.2f (median as forecast %.2f)", mean_absolute_error(y_test, pred), np.abs(y_test - np.median(y)).mean())


if __name__ == "__main__":
    main()
