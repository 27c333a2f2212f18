"""Binary classifier that emits raw scores; probabilities are only made for the report."""
import keras
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(7)

X, y = load_breast_cancer(return_X_y=True)
X_tr, X_te, y_tr, y_te = train_test_split(
    X.astype("float32"), y.astype("float32"), test_size=0.25, stratify=y, random_state=7
)

X_fit, X_va, y_fit, y_va = train_test_split(X_tr, y_tr, test_size=0.2, stratify=y_tr, random_state=7)

norm = keras.layers.Normalization()
norm.adapt(X_fit)

model = keras.Sequential(
    [
        keras.Input((X.shape[1],)),
        norm,
        keras.layers.Dense(24, activation="gelu"),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(1),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(3e-3),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[
        keras.metrics.BinaryAccuracy(threshold=0.0, name="acc"),
        keras.metrics.AUC(from_logits=True, name="auc"),
    ],
)
model.fit(X_fit, y_fit, batch_size=32, epochs=15, validation_data=(X_va, y_va), verbose=2)

scores = model.predict(X_te, verbose=0).ravel()
probs = 1.0 / (1.0 + np.exp(-scores))
print("accuracy", np.mean((scores > 0) == (y_te == 1)))
print("roc auc ", roc_auc_score(y_te, scores))
print("brier   ", brier_score_loss(y_te, probs))
