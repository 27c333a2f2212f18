import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

tf.keras.utils.set_random_seed(30)
rng = np.random.default_rng(30)
S = 16


def paired(n):
    """outline (input) -> filled square (output), both in [-1, 1]"""
    a = -np.ones((n, S, S, 1), "float32")
    b = -np.ones((n, S, S, 1), "float32")
    for i in range(n):
        r, c = rng.integers(1, 8, 2)
        k = rng.integers(4, 8)
        a[i, r:r + k, c:c + k] = 1
        a[i, r + 1:r + k - 1, c + 1:c + k - 1] = -1
        b[i, r:r + k, c:c + k] = 1
    return a, b


def build_generator():
    x = inp = layers.Input((S, S, 1))
    d1 = layers.Conv2D(16, 4, strides=2, padding="same", activation="relu")(x)
    d2 = layers.Conv2D(32, 4, strides=2, padding="same", activation="relu")(d1)
    u1 = layers.Conv2DTranspose(16, 4, strides=2, padding="same", activation="relu")(d2)
    u1 = layers.Concatenate()([u1, d1])
    out = layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh")(u1)
    return tf.keras.Model(inp, out)


def build_patch_discriminator():
    a, b = layers.Input((S, S, 1)), layers.Input((S, S, 1))
    x = layers.Concatenate()([a, b])
    x = layers.Conv2D(16, 4, strides=2, padding="same")(x)
    x = layers.LeakyReLU()(x)
    return tf.keras.Model([a, b], layers.Conv2D(1, 4, padding="same")(x))      # a logit per patch


gen, disc = build_generator(), build_patch_discriminator()
bce = tf.keras.losses.BinaryCrossentropy(from_logits=True)
g_opt, d_opt = tf.keras.optimizers.Adam(1e-3, beta_1=0.5), tf.keras.optimizers.Adam(5e-4, beta_1=0.5)


@tf.function
def train_step(a, b, lam=50.0):
    with tf.GradientTape() as gt, tf.GradientTape() as dt:
        fake = gen(a, training=True)
        real_logit, fake_logit = disc([a, b], training=True), disc([a, fake], training=True)
        l1 = tf.reduce_mean(tf.abs(b - fake))
        g_loss = bce(tf.ones_like(fake_logit), fake_logit) + lam * l1
        d_loss = 0.5 * (bce(tf.ones_like(real_logit), real_logit) + bce(tf.zeros_like(fake_logit), fake_logit))
    g_opt.apply_gradients(zip(gt.gradient(g_loss, gen.trainable_variables), gen.trainable_variables))
    d_opt.apply_gradients(zip(dt.gradient(d_loss, disc.trainable_variables), disc.trainable_variables))
    return l1, d_loss


A, B = paired(256)
ds = tf.data.Dataset.from_tensor_slices((A, B)).shuffle(256).batch(16)
for epoch in range(8):
    for a, b in ds:
        l1, d_loss = train_step(a, b)
    print(f"epoch {epoch}: L1 {float(l1):.3f}  D {float(d_loss):.3f}")

ta, tb = paired(32)
print("test L1:", np.abs(gen(ta, training=False).numpy() - tb).mean())
