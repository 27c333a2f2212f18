import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

tf.keras.utils.set_random_seed(0)
digits = load_digits()
x = (digits.data / 16).astype(np.float32)
y = digits.target

model = tf.keras.models.Sequential([
    tf.keras.Input(shape=(64,)),
    tf.keras.layers.Dense(64, activation="relu"),
    tf.keras.layers.Dense(10),
])
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer=tf.keras.optimizers.Adam(0.003), loss=loss_fn, metrics=["accuracy"])
history = model.fit(x, y, epochs=8, batch_size=64, verbose=0)
print("loss", history.history["loss"][-1])
