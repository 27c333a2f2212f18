# Dense autoencoder as a novelty detector: digit "1" is ordinary, everything else is not.
import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import average_precision_score, precision_score, recall_score, roc_auc_score
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(3)
X, y = load_digits(return_X_y=True)
X = (X / 16.0).astype("float32")

ordinary, odd = X[y == 1], X[y != 1]
fit_part, rest = train_test_split(ordinary, test_size=0.5, random_state=3)
calib, test_ok = train_test_split(rest, test_size=0.5, random_state=3)
rng = np.random.default_rng(3)
test_odd = odd[rng.choice(len(odd), 40, replace=False)]

ae = keras.Sequential([
    keras.Input((64,)),
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dense(6, activation="relu"),
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dense(64, activation="sigmoid"),
])
ae.compile(optimizer=keras.optimizers.Adam(5e-3), loss="mse")
ae.fit(fit_part, fit_part, epochs=60, batch_size=16, verbose=0)


def reconstruction_error(a):
    return np.mean((a - ae.predict(a, verbose=0)) ** 2, axis=1)


# alarm level for 5 % false alarms
level = np.quantile(reconstruction_error(calib), 0.95)

scores = np.r_[reconstruction_error(test_ok), reconstruction_error(test_odd)]
truth = np.r_[np.zeros(len(test_ok)), np.ones(len(test_odd))]
flag = scores > level
print(f"level={level:.4f}")
print(f"roc_auc={roc_auc_score(truth, scores):.3f} ap={average_precision_score(truth, scores):.3f}")
print(f"precision={precision_score(truth, flag):.3f} recall={recall_score(truth, flag):.3f}")
