import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
import keras

keras.utils.set_random_seed(17)

# benign = normal class; the autoencoder never sees a malignant sample while training
X, y = load_breast_cancer(return_X_y=True)
benign, malignant = X[y == 1], X[y == 0]
train, benign_test = train_test_split(benign, test_size=0.3, random_state=17)

scaler = StandardScaler().fit(train)
train = scaler.transform(train)
test = scaler.transform(np.vstack([benign_test, malignant]))
is_anomaly = np.r_[np.zeros(len(benign_test)), np.ones(len(malignant))]

inputs = keras.Input((30,))
h = keras.layers.Dense(12, activation="relu")(inputs)
code = keras.layers.Dense(4, activation="relu")(h)
h = keras.layers.Dense(12, activation="relu")(code)
outputs = keras.layers.Dense(30)(h)
ae = keras.Model(inputs, outputs)
ae.compile("adam", "mse")
ae.fit(train, train, epochs=40, batch_size=16, verbose=0)


def score(a):
    return np.mean((ae.predict(a, verbose=0) - a) ** 2, axis=1)


s_train, s_test = score(train), score(test)
print("ROC AUC of the reconstruction error: %.3f" % roc_auc_score(is_anomaly, s_test))
limit = np.quantile(s_train, 0.95)
print("flagged: benign %.2f, malignant %.2f" % ((s_test[is_anomaly == 0] > limit).mean(), (s_test[is_anomaly == 1] > limit).mean()))
