import tempfile
from pathlib import Path

import keras
import numpy as np
from scipy.special import softmax
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(12)
X, y = load_iris(return_X_y=True)
X_dev, X_test, y_dev, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=12)
X_train, X_val, y_train, y_val = train_test_split(X_dev, y_dev, test_size=0.2, stratify=y_dev, random_state=12)

normalizer = keras.layers.Normalization()
normalizer.adapt(X_train)

model = keras.Sequential([
    keras.Input((4,)),
    normalizer,
    keras.layers.Dense(12, activation="relu"),
    keras.layers.Dense(3),
])
model.compile(
    optimizer=keras.optimizers.Adam(0.02),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)

with tempfile.TemporaryDirectory() as tmp:
    path = Path(tmp) / "iris.keras"
    checkpoint = keras.callbacks.ModelCheckpoint(path, monitor="val_loss", save_best_only=True)
    model.fit(X_train, y_train, validation_data=(X_val, y_val), epochs=30, batch_size=16, callbacks=[checkpoint], verbose=0)
    best = keras.models.load_model(path)

print("loss and accuracy of the best epoch:", best.evaluate(X_test, y_test, verbose=0))
probs = softmax(best.predict(X_test[:3], verbose=0), axis=1)
print(np.round(probs, 3))
