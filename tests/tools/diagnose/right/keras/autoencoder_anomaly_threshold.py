import numpy as np
import keras
from keras import layers
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(50)

X, y = load_breast_cancer(return_X_y=True)
is_malignant = (y == 0).astype(int)

# the autoencoder sees benign samples only
benign = X[is_malignant == 0]
b_train, b_test = train_test_split(benign, test_size=0.3, random_state=50)
b_train, b_cal = train_test_split(b_train, test_size=0.25, random_state=50)

scaler = StandardScaler().fit(b_train)
x_train, x_cal = scaler.transform(b_train), scaler.transform(b_cal)
x_test = scaler.transform(np.vstack([b_test, X[is_malignant == 1]]))
y_test = np.r_[np.zeros(len(b_test), int), np.ones(is_malignant.sum(), int)]

ae = keras.Sequential([
    keras.Input((30,)),
    layers.Dense(16, activation="elu"),
    layers.Dense(6, activation="elu"),
    layers.Dense(16, activation="elu"),
    layers.Dense(30),               # standardised data is unbounded: linear end
])
ae.compile(optimizer="adam", loss="mse")
ae.fit(x_train, x_train, validation_data=(x_cal, x_cal), epochs=40, batch_size=32, verbose=0,
       callbacks=[keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)])


def score(x):
    return np.mean((x - ae.predict(x, verbose=0)) ** 2, axis=1)


threshold = np.quantile(score(x_train), 0.95)
s = score(x_test)
pred = (s > threshold).astype(int)
p, r, f, _ = precision_recall_fscore_support(y_test, pred, average="binary")
print(f"threshold {threshold:.3f}  precision {p:.3f}  recall {r:.3f}  F1 {f:.3f}")
print("AUC", roc_auc_score(y_test, s))
