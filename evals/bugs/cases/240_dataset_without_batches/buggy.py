import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(0)

rng = np.random.default_rng(0)
x = rng.normal(size=(200, 3)).astype("float32")
y = x[:, 0].astype("float32")
dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(200)

model = tf.keras.Sequential([tf.keras.layers.Dense(8, activation="relu"), tf.keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(dataset, epochs=2, verbose=0)
print("fitted")
