from sklearn.datasets import load_wine
from sklearn.preprocessing import scale
from tensorflow import keras

keras.utils.set_random_seed(0)

wine = load_wine()
X, y = scale(wine.data), wine.target

model = keras.Sequential([
    keras.layers.Input(shape=(13,)),
    keras.layers.Dense(12, activation="relu"),
    keras.layers.Dense(3, activation="softmax"),
])
model.compile(loss="sparse_categorical_crossentropy", optimizer="rmsprop")
model.fit(X, y, epochs=2, verbose=0)
model.summary()
