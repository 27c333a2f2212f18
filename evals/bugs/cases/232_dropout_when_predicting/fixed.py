import keras
import numpy as np
from sklearn.datasets import load_digits

keras.utils.set_random_seed(0)
x, y = load_digits(return_X_y=True)
x = x / 16
model = keras.Sequential([
    keras.layers.Dense(96, activation="relu"),
    keras.layers.Dropout(0.8),
    keras.layers.Dense(10, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy")
model.fit(x[:1300], y[:1300], epochs=20, batch_size=64, verbose=0)


def predict(batch):
    return np.array(model(batch, training=False)).argmax(axis=1)


print("test accuracy", np.mean(predict(x[1300:]) == y[1300:]))
