"""First the head alone, then, after compiling again, everything at a small rate."""
# needs: tensorflow
import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(400, 12)).astype("float32")
y = (x[:, 0] > x[:, 1]).astype("float32")
base = keras.Sequential([keras.Input((12,)), layers.Dense(32, activation="relu")])
base.trainable = False
inputs = keras.Input((12,))
outputs = layers.Dense(1, activation="sigmoid")(base(inputs, training=False))
model = keras.Model(inputs, outputs)
model.compile(keras.optimizers.Adam(1e-2), "binary_crossentropy", metrics=["accuracy"])
model.fit(x[:300], y[:300], epochs=5, verbose=0)

base.trainable = True
model.compile(keras.optimizers.Adam(1e-4), "binary_crossentropy", metrics=["accuracy"])
model.fit(x[:300], y[:300], epochs=3, verbose=0)
print(model.evaluate(x[300:], y[300:], verbose=0))
