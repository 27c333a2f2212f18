import tensorflow as tf
from sklearn.datasets import load_digits

tf.keras.utils.set_random_seed(1)
data = load_digits()
images = data.images[..., None] / 16.0
model = tf.keras.Sequential([
    tf.keras.layers.Conv2D(8, 3, activation="relu"),
    tf.keras.layers.MaxPooling2D(2),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(32, activation="relu"),
    tf.keras.layers.Dense(10, activation="softmax"),
])
adam = tf.keras.optimizers.Adam(learning_rate=0.01)
model.compile(optimizer=adam, loss="sparse_categorical_crossentropy")
history = model.fit(images, data.target, epochs=4, batch_size=64, verbose=0)
print("best loss", min(history.history["loss"]))
