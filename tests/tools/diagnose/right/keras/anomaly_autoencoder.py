import numpy as np
import tensorflow as tf
from sklearn.metrics import roc_auc_score, precision_score, recall_score, confusion_matrix
from sklearn.preprocessing import MinMaxScaler


def beats(n, abnormal, rng, length=60):
    t = np.linspace(0, 1, length)
    out = []
    for _ in range(n):
        c = .5 + rng.normal(0, .02)
        wave = np.exp(-((t - c) / .04) ** 2) + .2 * np.exp(-((t - c - .2) / .08) ** 2)
        if abnormal:
            wave = np.exp(-((t - c) / .09) ** 2) * .8 - .25 * np.exp(-((t - c - .2) / .08) ** 2)
        out.append(wave + rng.normal(0, .04, length))
    return np.array(out, "float32")


class AnomalyDetector(tf.keras.Model):
    def __init__(self, n):
        super().__init__()
        self.encoder = tf.keras.Sequential([tf.keras.layers.Dense(32, activation="relu"),
                                            tf.keras.layers.Dense(4, activation="relu")])
        self.decoder = tf.keras.Sequential([tf.keras.layers.Dense(32, activation="relu"),
                                            tf.keras.layers.Dense(n, activation="sigmoid")])

    def call(self, x):
        return self.decoder(self.encoder(x))


tf.keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
train = beats(600, False, rng)
holdout = beats(150, False, rng)           # for the threshold only
test = np.concatenate([beats(200, False, rng), beats(60, True, rng)])
is_abn = np.r_[np.zeros(200), np.ones(60)].astype(int)

lo, hi = train.min(), train.max()
scale = lambda a: (a - lo) / (hi - lo)
ae = AnomalyDetector(train.shape[1])
ae.compile(optimizer="adam", loss="mae")
ae.fit(scale(train), scale(train), epochs=15, batch_size=64, validation_split=.1, verbose=0)


def score(a):
    a = scale(a)
    return np.mean(np.abs(ae.predict(a, verbose=0) - a), axis=1)


threshold = np.quantile(score(holdout), .99)
s = score(test)
flag = (s > threshold).astype(int)
print("threshold", threshold)
print(confusion_matrix(is_abn, flag))
print("precision", precision_score(is_abn, flag, zero_division=0), "recall", recall_score(is_abn, flag),
      "auc", roc_auc_score(is_abn, s))
