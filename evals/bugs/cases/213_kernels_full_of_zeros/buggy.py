import keras
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(0)
wine = load_wine()
X = StandardScaler().fit_transform(wine.data)
start = keras.initializers.Zeros()
model = keras.Sequential([
    keras.layers.Dense(20, activation="relu", kernel_initializer=start),
    keras.layers.Dense(3, activation="softmax", kernel_initializer=start),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(X, wine.target, epochs=40, batch_size=16, verbose=0)
print("accuracy", history.history["accuracy"][-1])
