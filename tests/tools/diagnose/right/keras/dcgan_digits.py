import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from sklearn.datasets import load_digits

keras.utils.set_random_seed(0)
images = load_digits().images.astype("float32")[..., None] / 8.0 - 1.0   # [-1, 1]
BATCH, LATENT = 64, 16
ds = tf.data.Dataset.from_tensor_slices(images).shuffle(2000).batch(BATCH, drop_remainder=True)


def make_generator():
    return keras.Sequential([
        keras.Input((LATENT,)),
        layers.Dense(2 * 2 * 32, use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(),
        layers.Reshape((2, 2, 32)),
        layers.Conv2DTranspose(16, 3, strides=2, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(),
        layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="tanh"),
    ], name="generator")


def make_discriminator():
    return keras.Sequential([
        keras.Input((8, 8, 1)),
        layers.Conv2D(16, 3, strides=2, padding="same"),
        layers.LeakyReLU(),
        layers.Dropout(0.3),
        layers.Conv2D(32, 3, strides=2, padding="same"),
        layers.LeakyReLU(),
        layers.Flatten(),
        layers.Dense(1),
    ], name="discriminator")


G, D = make_generator(), make_discriminator()
bce = keras.losses.BinaryCrossentropy(from_logits=True)
g_opt = keras.optimizers.Adam(2e-4, beta_1=0.5)
d_opt = keras.optimizers.Adam(2e-4, beta_1=0.5)


@tf.function
def step(real):
    z = tf.random.normal((BATCH, LATENT))
    with tf.GradientTape() as gt, tf.GradientTape() as dt:
        fake = G(z, training=True)
        real_logits = D(real, training=True)
        fake_logits = D(fake, training=True)
        d_loss = bce(tf.ones_like(real_logits), real_logits) + \
            bce(tf.zeros_like(fake_logits), fake_logits)
        g_loss = bce(tf.ones_like(fake_logits), fake_logits)
    d_opt.apply_gradients(zip(dt.gradient(d_loss, D.trainable_variables), D.trainable_variables))
    g_opt.apply_gradients(zip(gt.gradient(g_loss, G.trainable_variables), G.trainable_variables))
    return d_loss, g_loss


for epoch in range(5):
    losses = np.array([[float(v) for v in step(b)] for b in ds])
    print(epoch, "d %.3f g %.3f" % tuple(losses.mean(0)))

samples = G(tf.random.normal((4, LATENT)), training=False).numpy()
samples = (samples + 1) * 8.0
print(samples.shape, samples.min(), samples.max())
