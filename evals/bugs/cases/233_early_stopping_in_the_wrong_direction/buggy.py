import keras
import numpy as np
from keras import callbacks, layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(600, 6))
y = ((X[:, 0] * X[:, 1]) > 0).astype(int)

stop = callbacks.EarlyStopping(
    monitor="val_accuracy",
    mode="min",
    patience=5,
    restore_best_weights=True,
)
model = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
history = model.fit(X, y, validation_split=0.3, epochs=40, callbacks=[stop], verbose=0)
print(len(history.history["loss"]), "epochs; validation accuracy", max(history.history["val_accuracy"]))
