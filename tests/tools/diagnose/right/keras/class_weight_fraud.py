import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score, confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_class_weight

SEED = 42
tf.keras.utils.set_random_seed(SEED)

X, y = make_classification(n_samples=4000, n_features=15, n_informative=6, weights=[0.97],
                           class_sep=1.2, flip_y=0.002, random_state=SEED)
X_tmp, X_test, y_tmp, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=SEED)
X_train, X_val, y_train, y_val = train_test_split(X_tmp, y_tmp, test_size=0.2, stratify=y_tmp, random_state=SEED)

ss = StandardScaler()
X_train = ss.fit_transform(X_train)
X_val, X_test = ss.transform(X_val), ss.transform(X_test)

w = compute_class_weight("balanced", classes=np.array([0, 1]), y=y_train)
print(pd.Series(y_train).value_counts(normalize=True))

METRICS = [
    tf.keras.metrics.Precision(name="precision"),
    tf.keras.metrics.Recall(name="recall"),
    tf.keras.metrics.AUC(name="prc", curve="PR"),
]
# the output bias starts at the log-odds of the weighted (balanced) problem, that is 0
model = tf.keras.Sequential([
    tf.keras.layers.Input((X_train.shape[1],)),
    tf.keras.layers.Dense(32, activation="relu"),
    tf.keras.layers.Dropout(0.4),
    tf.keras.layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=METRICS)
model.fit(
    X_train, y_train, epochs=25, batch_size=256, class_weight={0: w[0], 1: w[1]},
    validation_data=(X_val, y_val), verbose=0,
    callbacks=[tf.keras.callbacks.EarlyStopping(monitor="val_prc", mode="max", patience=5, restore_best_weights=True)],
)

p = model.predict(X_test, verbose=0).ravel()
print("average precision:", average_precision_score(y_test, p))
print(confusion_matrix(y_test, p > 0.5))
