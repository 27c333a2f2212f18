"""A Lambda layer resizes inside the network, so raw sizes need no preparation outside."""
import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(18)
X, y = load_digits(return_X_y=True)
X = X.reshape(-1, 8, 8, 1).astype("float32")          # still 0..16
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=18, stratify=y)

model = keras.Sequential(name="resizer")
model.add(keras.Input((8, 8, 1)))
model.add(layers.Rescaling(1.0 / 16))
model.add(layers.Lambda(lambda im: ops.image.resize(im, (12, 12), interpolation="bilinear"), output_shape=(12, 12, 1)))
for filters in (16, 32):
    model.add(layers.Conv2D(filters, 3, activation="relu", padding="same"))
    model.add(layers.MaxPooling2D(2))
model.add(layers.GlobalAveragePooling2D())
model.add(layers.Dense(10, activation="softmax"))
model.compile(optimizer=keras.optimizers.Adam(5e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X_train, y_train, batch_size=64, epochs=10, verbose=2)
loss, acc = model.evaluate(X_test, y_test, verbose=0)
print("accuracy on raw test images: %.3f" % acc)
