import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

tf.keras.utils.set_random_seed(0)
digits = load_digits()
x, x_test, y, y_test = train_test_split(digits.data / 16, digits.target, random_state=0)
order = np.argsort(y, kind="stable")  # as the folders 0/, 1/ ... are read
x, y = x[order], y[order]

train = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x)).batch(32)
model = tf.keras.Sequential([
    tf.keras.layers.Dense(64, activation="relu"),
    tf.keras.layers.Dense(10, activation="softmax"),
])
model.compile(tf.keras.optimizers.SGD(0.2), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, epochs=5, verbose=0)
test_set = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(100)
print("accuracy", model.evaluate(test_set, verbose=0)[1])
