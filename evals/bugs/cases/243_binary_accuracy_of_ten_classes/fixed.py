import keras
from sklearn.datasets import load_digits

keras.utils.set_random_seed(0)
digits = load_digits()
x = digits.data / 16
y = keras.utils.to_categorical(digits.target, 10)

model = keras.Sequential([keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10, activation="softmax")])
model.compile(
    optimizer="adam",
    loss="categorical_crossentropy",
    metrics=["categorical_accuracy"],
)
before = model.evaluate(x, y, verbose=0)[1]
history = model.fit(x, y, epochs=2, verbose=0)
print("after two epochs", history.history)
print("accuracy before training", before)
