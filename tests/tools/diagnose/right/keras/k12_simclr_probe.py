import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(31)
TEMP, BATCH, EPOCHS = 0.2, 128, 12

d = load_digits()
X = (d.images / 16.0).astype("float32")[..., None]
X_tr, X_te, y_tr, y_te = train_test_split(X, d.target, test_size=0.3, stratify=d.target, random_state=31)

augment = keras.Sequential([
    layers.RandomTranslation(0.12, 0.12, fill_mode="constant", seed=1),
    layers.RandomRotation(0.04, fill_mode="constant", seed=2),
    layers.GaussianNoise(0.1, seed=3),
])
encoder = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(32, 3, padding="same", activation="relu"),
    layers.Conv2D(64, 3, strides=2, padding="same", activation="relu"),
    layers.Flatten(),
    layers.Dense(64, activation="relu"),
])
head = keras.Sequential([keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(32)])
opt = keras.optimizers.Adam(1e-3)
variables = encoder.trainable_variables + head.trainable_variables


def nt_xent(a, b):
    z = ops.normalize(ops.concatenate([a, b], axis=0), axis=-1)
    n = ops.shape(a)[0]
    sim = ops.matmul(z, ops.transpose(z)) / TEMP
    sim = sim - 1e9 * ops.eye(2 * n)
    target = ops.concatenate([ops.arange(n) + n, ops.arange(n)], axis=0)
    return ops.mean(keras.losses.sparse_categorical_crossentropy(target, sim, from_logits=True))


@tf.function
def step(batch):
    with tf.GradientTape() as tape:
        v1 = head(encoder(augment(batch, training=True), training=True), training=True)
        v2 = head(encoder(augment(batch, training=True), training=True), training=True)
        loss = nt_xent(v1, v2)
    opt.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss


ds = tf.data.Dataset.from_tensor_slices(X_tr).shuffle(len(X_tr), seed=31).batch(BATCH, drop_remainder=True)
for epoch in range(EPOCHS):
    losses = [float(step(b)) for b in ds]
    print(f"{epoch:02d} nt-xent {np.mean(losses):.3f}")

F_tr, F_te = encoder.predict(X_tr, verbose=0), encoder.predict(X_te, verbose=0)
few = np.concatenate([np.flatnonzero(y_tr == c)[:10] for c in range(10)])
probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)).fit(F_tr[few], y_tr[few])
print("linear probe, 10 labels a class:", probe.score(F_te, y_te))
