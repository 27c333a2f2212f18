import keras
from keras import layers
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(0)
wine = load_wine()
X = StandardScaler().fit_transform(wine.data)
model = keras.Sequential()
model.add(keras.Input((13,)))
model.add(layers.Dense(24, activation="relu"))
model.add(layers.Dropout(0.5))
model.add(layers.Dense(3, activation="softmax"))
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
history = model.fit(X, wine.target, epochs=20, verbose=0)
print("training loss", history.history["loss"][-1])
