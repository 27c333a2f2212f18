import numpy as np
import tensorflow as tf
from sklearn.datasets import make_multilabel_classification
from sklearn.metrics import f1_score, hamming_loss
from sklearn.model_selection import train_test_split

GENRES = ["drama", "comedy", "thriller", "romance", "documentary"]

tf.keras.utils.set_random_seed(19)
X, Y = make_multilabel_classification(
    n_samples=1500, n_features=30, n_classes=len(GENRES), n_labels=2, random_state=19
)
X = np.log1p(X).astype("float32")
Y = Y.astype("float32")
X_fit, X_test, Y_fit, Y_test = train_test_split(X, Y, test_size=0.2, random_state=19)
X_train, X_val, Y_train, Y_val = train_test_split(X_fit, Y_fit, test_size=0.2, random_state=19)

model = tf.keras.Sequential()
model.add(tf.keras.layers.Input(shape=(X.shape[1],)))
for units in (64, 32):
    model.add(tf.keras.layers.Dense(units, activation="relu"))
    model.add(tf.keras.layers.Dropout(0.2))
# several genres can be right at once: independent sigmoids
model.add(tf.keras.layers.Dense(len(GENRES), activation="sigmoid"))

model.compile(
    optimizer="adam",
    loss="binary_crossentropy",
    metrics=[tf.keras.metrics.BinaryAccuracy(name="bin_acc"), tf.keras.metrics.AUC(multi_label=True, name="auc")],
)
model.fit(X_train, Y_train, validation_data=(X_val, Y_val), epochs=15, batch_size=32, verbose=0)

# one threshold per genre, chosen on the validation part
p_val = model.predict(X_val, verbose=0)
grid = np.linspace(0.2, 0.8, 13)
thr = np.array([
    grid[np.argmax([f1_score(Y_val[:, k], p_val[:, k] > g, zero_division=0) for g in grid])]
    for k in range(len(GENRES))
])
pred = (model.predict(X_test, verbose=0) > thr).astype(int)
print("thresholds", dict(zip(GENRES, thr.round(2))))
print("micro F1", f1_score(Y_test, pred, average="micro"), "hamming", hamming_loss(Y_test, pred))
