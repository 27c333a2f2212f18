import keras
from sklearn.datasets import load_digits
from tensorflow.keras import Sequential, layers, optimizers, utils

utils.set_random_seed(7)
digits = load_digits()
X, Y = digits.data / 16, keras.utils.to_categorical(digits.target)

model = Sequential()
model.add(layers.Dense(40, activation="relu"))
model.add(layers.Dense(20, activation="relu"))
model.add(layers.Dense(10, activation="relu"))
model.compile(loss="categorical_crossentropy", optimizer=optimizers.Adam(0.005), metrics=["accuracy"])
history = model.fit(X, Y, epochs=10, batch_size=50, verbose=0)
print("accuracy", history.history["accuracy"][-1])
