import keras
from sklearn.datasets import load_iris

iris = load_iris()
keras.utils.set_random_seed(0)
inputs = keras.Input(shape=(4,))
x = keras.layers.Dense(10, activation="relu")(inputs)
outputs = keras.layers.Dense(3, activation="softmax")(x)
model = keras.Model(inputs, outputs)
model.compile("adam", "sparse_categorical_crossentropy")
history = model.fit(iris.data, iris.target, epochs=2, verbose=0)
print("training loss", history.history["loss"])
