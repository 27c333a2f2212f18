import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(0)
X = np.random.default_rng(0).normal(size=(200, 4))
y = X[:, :3].argmax(axis=1)
model = tf.keras.Sequential([
    tf.keras.layers.Dense(12, activation="relu"),
    tf.keras.layers.Dense(3, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(X, y, epochs=5, verbose=0)
classes = model.predict_classes(X)
print(np.bincount(classes, minlength=3))
