"""No activation at the end, and a loss that knows."""
# needs: tensorflow, sklearn
import tensorflow as tf
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

tf.keras.utils.set_random_seed(0)
X, y = load_wine(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
scaler = StandardScaler().fit(X_train)
model = tf.keras.Sequential([tf.keras.layers.Dense(16, activation="relu"), tf.keras.layers.Dense(3)])
model.compile(
    optimizer=tf.keras.optimizers.Adam(0.01),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(scaler.transform(X_train), y_train, epochs=20, verbose=0)
reader = tf.keras.Sequential([model, tf.keras.layers.Softmax()])
print(reader.predict(scaler.transform(X_test), verbose=0)[:3].round(2))
print(model.evaluate(scaler.transform(X_test), y_test, verbose=0))
