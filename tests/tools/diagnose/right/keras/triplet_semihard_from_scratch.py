"""Triplet network over wine samples: anchor and positive share the cultivar."""
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

tf.keras.utils.set_random_seed(14)
rng = np.random.default_rng(14)

data = load_wine()
xtr, xte, ytr, yte = train_test_split(data.data, data.target, test_size=0.3, random_state=14, stratify=data.target)
sc = StandardScaler().fit(xtr)
xtr = sc.transform(xtr).astype("float32")
xte = sc.transform(xte).astype("float32")


def sample_triplets(x, y, n):
    a_idx = rng.integers(0, len(x), n)
    p_idx = np.empty(n, int)
    n_idx = np.empty(n, int)
    for k, a in enumerate(a_idx):
        same = np.flatnonzero(y == y[a])
        p_idx[k] = rng.choice(same[same != a])
        n_idx[k] = rng.choice(np.flatnonzero(y != y[a]))
    return x[a_idx], x[p_idx], x[n_idx]


embedder = tf.keras.Sequential([
    tf.keras.layers.Input((13,)),
    tf.keras.layers.Dense(32, activation="relu"),
    tf.keras.layers.Dense(8),
    tf.keras.layers.UnitNormalization(axis=-1),
])
optimizer = tf.keras.optimizers.Adam(3e-3)


@tf.function
def train_step(a, p, n, margin=0.4):
    with tf.GradientTape() as tape:
        ea, ep, en = embedder(a, training=True), embedder(p, training=True), embedder(n, training=True)
        d_ap = tf.reduce_sum(tf.square(ea - ep), axis=-1)
        d_an = tf.reduce_sum(tf.square(ea - en), axis=-1)
        loss = tf.reduce_mean(tf.maximum(d_ap - d_an + margin, 0.0))
    grads = tape.gradient(loss, embedder.trainable_variables)
    optimizer.apply_gradients(zip(grads, embedder.trainable_variables))
    return loss


for epoch in range(15):
    losses = []
    for _ in range(6):
        a, p, n = sample_triplets(xtr, ytr, 64)
        losses.append(float(train_step(tf.constant(a), tf.constant(p), tf.constant(n))))
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1:2d}  loss {np.mean(losses):.4f}")

knn = KNeighborsClassifier(5).fit(embedder(xtr, training=False).numpy(), ytr)
print("kNN on embeddings:", knn.score(embedder(xte, training=False).numpy(), yte))
