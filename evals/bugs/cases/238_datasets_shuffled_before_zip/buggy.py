import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(1000, 4)).astype("float32")
y = (x.sum(axis=1) > 0).astype("float32")

features = tf.data.Dataset.from_tensor_slices(x)
labels = tf.data.Dataset.from_tensor_slices(y)
pairs = tf.data.Dataset.zip((features.shuffle(1000), labels.shuffle(1000)))

model = tf.keras.Sequential([tf.keras.layers.Dense(16, activation="relu"), tf.keras.layers.Dense(1, activation="sigmoid")])
model.compile(tf.keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
history = model.fit(pairs.batch(50), epochs=6, verbose=0)
print("training accuracy", history.history["accuracy"][-1])
