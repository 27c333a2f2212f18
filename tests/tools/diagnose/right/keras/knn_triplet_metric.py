import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

tf.keras.utils.set_random_seed(23)


def batch_hard_triplet(y, e, margin=0.3):
    y = tf.reshape(y, [-1, 1])
    d2 = tf.maximum(2.0 - 2.0 * tf.matmul(e, e, transpose_b=True), 0.0)     # unit vectors
    d = tf.sqrt(d2 + 1e-8)
    same = tf.equal(y, tf.transpose(y))
    not_self = ~tf.eye(tf.shape(y)[0], dtype=tf.bool)
    hardest_pos = tf.reduce_max(tf.where(same & not_self, d, tf.zeros_like(d)), axis=1)
    hardest_neg = tf.reduce_min(tf.where(same, tf.fill(tf.shape(d), 1e3), d), axis=1)
    return tf.reduce_mean(tf.nn.relu(hardest_pos - hardest_neg + margin))


X, y = load_digits(return_X_y=True)
X = (X / 16).astype("float32")
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=.3, stratify=y, random_state=23)

embed = tf.keras.Sequential([
    tf.keras.Input((64,)),
    tf.keras.layers.Dense(64, activation="relu"),
    tf.keras.layers.Dense(8),
    tf.keras.layers.UnitNormalization(),
])
embed.compile(tf.keras.optimizers.Adam(2e-3), loss=batch_hard_triplet)
embed.fit(X_tr, y_tr, batch_size=100, epochs=15, verbose=0)

knn = KNeighborsClassifier(5)
print("kNN on pixels    ", knn.fit(X_tr, y_tr).score(X_te, y_te))
E_tr, E_te = embed.predict(X_tr, verbose=0), embed.predict(X_te, verbose=0)
print("kNN on embedding ", knn.fit(E_tr, y_tr).score(E_te, y_te))
