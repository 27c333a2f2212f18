import keras
import numpy as np
from sklearn.datasets import make_multilabel_classification
from sklearn.metrics import f1_score, hamming_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(14)
X, Y = make_multilabel_classification(
    n_samples=2500, n_features=30, n_classes=6, n_labels=2, allow_unlabeled=True, random_state=14
)
X_fit, X_test, Y_fit, Y_test = train_test_split(X, Y, test_size=0.2, random_state=14)
X_fit, X_val, Y_fit, Y_val = train_test_split(X_fit, Y_fit, test_size=0.2, random_state=14)
sc = StandardScaler().fit(X_fit)
X_fit, X_val, X_test = (sc.transform(a).astype("float32") for a in (X_fit, X_val, X_test))

net = keras.Sequential()
net.add(keras.Input(shape=(30,)))
net.add(keras.layers.Dense(64, activation="relu"))
net.add(keras.layers.Dropout(0.3))
net.add(keras.layers.Dense(6, activation="sigmoid"))
net.compile(
    optimizer="adam",
    loss="binary_crossentropy",
    metrics=[keras.metrics.AUC(multi_label=True, num_labels=6, name="macro_auc")],
)
net.fit(
    X_fit, Y_fit, validation_data=(X_val, Y_val), epochs=25, batch_size=64, verbose=0,
    callbacks=[keras.callbacks.EarlyStopping(monitor="val_macro_auc", mode="max", patience=5, restore_best_weights=True)],
)

# one cut per label
P_val, P_test = net.predict(X_val, verbose=0), net.predict(X_test, verbose=0)
grid = np.linspace(0.1, 0.9, 33)
cuts = np.array([
    grid[np.argmax([f1_score(Y_val[:, j], P_val[:, j] > g, zero_division=0) for g in grid])] for j in range(6)
])
pred = (P_test > cuts).astype(int)
print("cuts", cuts.round(2))
print(f"macro F1 {f1_score(Y_test, pred, average='macro'):.3f} hamming {hamming_loss(Y_test, pred):.3f}")
print("macro AUC", round(net.evaluate(X_test, Y_test, verbose=0)[1], 3))
