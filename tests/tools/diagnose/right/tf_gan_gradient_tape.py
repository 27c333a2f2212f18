"""One-dimensional GAN with two tapes. The target is a bimodal distribution; logits everywhere, from_logits=True."""
import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(4)
BATCH, NOISE = 128, 3

generator = keras.Sequential([keras.Input((NOISE,)), layers.Dense(32, activation="relu"), layers.Dense(32, activation="relu"), layers.Dense(1)])
critic = keras.Sequential([keras.Input((1,)), layers.Dense(32, activation="relu"), layers.Dense(32, activation="relu"), layers.Dense(1)])
g_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)
d_opt = keras.optimizers.Adam(1e-3, beta_1=0.5)
bce = keras.losses.BinaryCrossentropy(from_logits=True)


def real(n):
    side = tf.where(tf.random.uniform([n, 1]) < 0.5, -1.5, 1.5)
    return side + 0.3 * tf.random.normal([n, 1])


@tf.function
def train_step():
    noise = tf.random.normal([BATCH, NOISE])
    points = real(BATCH)
    with tf.GradientTape() as d_tape:
        fake = tf.stop_gradient(generator(noise, training=True))
        on_real, on_fake = critic(points, training=True), critic(fake, training=True)
        d_loss = bce(tf.ones_like(on_real), on_real) + bce(tf.zeros_like(on_fake), on_fake)
    d_opt.apply_gradients(zip(d_tape.gradient(d_loss, critic.trainable_variables), critic.trainable_variables))

    with tf.GradientTape() as g_tape:
        verdict = critic(generator(tf.random.normal([BATCH, NOISE]), training=True), training=True)
        g_loss = bce(tf.ones_like(verdict), verdict)
    g_opt.apply_gradients(zip(g_tape.gradient(g_loss, generator.trainable_variables), generator.trainable_variables))
    return d_loss, g_loss


for step in range(1500):
    d_loss, g_loss = train_step()
    if (step + 1) % 500 == 0:
        s = generator(tf.random.normal([2000, NOISE]), training=False).numpy().ravel()
        print(f"{step + 1:5d} D {float(d_loss):.3f} G {float(g_loss):.3f} | share right {np.mean(s > 0):.2f}, mean |x| {np.abs(s).mean():.2f}")
