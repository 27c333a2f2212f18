import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

keras.utils.set_random_seed(0)
d = load_digits()
X = (d.images[..., None] / 16).astype("float32")
tr, te = slice(0, 1400), slice(1400, None)
BATCH, TEMP = 128, 0.2

augment = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.RandomTranslation(.15, .15, fill_mode="constant"),
    layers.RandomRotation(.05, fill_mode="constant"),
    layers.GaussianNoise(.1),
])
encoder = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(16, 3, activation="relu"),
    layers.Conv2D(32, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(64, activation="relu"),
])
head = keras.Sequential([keras.Input((64,)), layers.Dense(32, activation="relu"), layers.Dense(32)])


def nt_xent(z1, z2):
    z = tf.math.l2_normalize(tf.concat([z1, z2], axis=0), axis=1)
    n = tf.shape(z1)[0]
    sim = tf.matmul(z, z, transpose_b=True) / TEMP
    sim = sim - 1e9 * tf.eye(2 * n)                  # never one's own positive
    labels = tf.concat([tf.range(n, 2 * n), tf.range(n)], axis=0)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=sim))


opt = keras.optimizers.Adam(2e-3)
variables = encoder.trainable_variables + head.trainable_variables


@tf.function
def step(x):
    with tf.GradientTape() as tape:
        z1 = head(encoder(augment(x, training=True), training=True), training=True)
        z2 = head(encoder(augment(x, training=True), training=True), training=True)
        loss = nt_xent(z1, z2)
    opt.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss


def probe():
    f_tr, f_te = encoder.predict(X[tr], verbose=0), encoder.predict(X[te], verbose=0)
    few = np.concatenate([np.flatnonzero(d.target[tr] == c)[:10] for c in range(10)])
    return LogisticRegression(max_iter=500).fit(f_tr[few], d.target[tr][few]).score(f_te, d.target[te])


print("linear probe, random encoder", probe())
ds = tf.data.Dataset.from_tensor_slices(X[tr]).shuffle(1400).batch(BATCH, drop_remainder=True)
for epoch in range(8):
    print(epoch, np.mean([float(step(b)) for b in ds]))
print("linear probe, contrastive encoder", probe())
