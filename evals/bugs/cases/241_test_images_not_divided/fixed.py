import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(0)
digits = load_digits()
x_train, x_test, y_train, y_test = train_test_split(digits.images, digits.target, test_size=0.3, random_state=0)

x_train = x_train[..., None] / 16.0
x_test = x_test[..., None] / 16.0

model = keras.Sequential([
    layers.Conv2D(8, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=15, verbose=0)
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print("test loss", loss)
