import keras
from keras import layers
from sklearn.datasets import load_digits

keras.utils.set_random_seed(0)

digits = load_digits()
x = digits.images.reshape(-1, 8, 8, 1) / 16
y = keras.utils.to_categorical(digits.target)

model = keras.Sequential()
model.add(keras.Input((8, 8, 1)))
model.add(layers.Conv2D(16, 3, activation="relu"))
model.add(layers.MaxPooling2D())
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="softmax"))
model.compile("adam", "categorical_crossentropy")
model.fit(x, y, epochs=1, verbose=0)
print(model.output_shape)
