import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

tf.keras.utils.set_random_seed(0)
digits = load_digits()
order = np.argsort(digits.target, kind="stable")
x, y = digits.data[order] / 16, digits.target[order]

train = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x)).batch(32)
model = tf.keras.Sequential([
    tf.keras.layers.Dense(64, activation="relu"),
    tf.keras.layers.Dense(10, activation="softmax"),
])
model.compile(tf.keras.optimizers.SGD(0.2), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, epochs=5, verbose=0)
print("accuracy", model.evaluate(x, y, verbose=0)[1])
