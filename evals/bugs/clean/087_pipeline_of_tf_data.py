"""Shuffle the rows, batch them, fetch ahead; the test set is left in order."""
# needs: tensorflow, sklearn
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

tf.keras.utils.set_random_seed(0)
digits = load_digits()
train, test, y_train, y_test = train_test_split(digits.images[..., None], digits.target, random_state=0)


def scale(image, label):
    return tf.cast(image, tf.float32) / 16.0, label


train_set = tf.data.Dataset.from_tensor_slices((train, y_train)).shuffle(len(train), seed=0).map(scale).batch(64)
test_set = tf.data.Dataset.from_tensor_slices((test, y_test)).map(scale).batch(128)
model = tf.keras.Sequential([
    tf.keras.layers.Conv2D(8, 3, activation="relu"),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(10),
])
model.compile(
    "adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["sparse_categorical_accuracy"]
)
model.fit(train_set.prefetch(tf.data.AUTOTUNE), epochs=4, verbose=0)
print(model.evaluate(test_set, verbose=0))
