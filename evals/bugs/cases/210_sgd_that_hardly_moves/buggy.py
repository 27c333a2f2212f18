import keras
from sklearn.datasets import load_digits

keras.utils.set_random_seed(0)
CONFIG = {
    "hidden": 64,
    "epochs": 12,
    "batch_size": 32,
    "learning_rate": 1e-6,
}

digits = load_digits()
x, y = digits.data / 16, digits.target
model = keras.Sequential([
    keras.layers.Dense(CONFIG["hidden"], activation="relu"),
    keras.layers.Dense(10, activation="softmax"),
])
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=CONFIG["learning_rate"]),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(x[:1400], y[:1400], epochs=CONFIG["epochs"], batch_size=CONFIG["batch_size"], verbose=0)
print("accuracy", model.evaluate(x[1400:], y[1400:], verbose=0)[1])
