import keras
import numpy as np
from keras import layers
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(300, 30)).astype("float32")
y = (X[:, 0] + 1.5 * rng.normal(size=300) > 0).astype("float32")
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)

model = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
stopping = keras.callbacks.EarlyStopping("val_loss", patience=8, restore_best_weights=True)
history = model.fit(
    X_train,
    y_train,
    validation_data=(X_test, y_test),
    epochs=40,
    callbacks=[stopping],
    verbose=0,
)
test_loss, test_accuracy = model.evaluate(X_test, y_test, verbose=0)
print("test accuracy", test_accuracy)
print("gap", abs(min(history.history["val_loss"]) - test_loss))
