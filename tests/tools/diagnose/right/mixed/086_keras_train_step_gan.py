"""DCGAN-like model on 8x8 digits as a keras.Model with its own train_step."""
import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.datasets import load_digits

keras.utils.set_random_seed(6)
LATENT = 16
images = (load_digits().images.astype("float32")[..., None] / 8.0) - 1.0  # tanh range

generator = keras.Sequential([
    keras.Input((LATENT,)),
    layers.Dense(2 * 2 * 32, activation="relu"),
    layers.Reshape((2, 2, 32)),
    layers.Conv2DTranspose(32, 4, strides=2, padding="same", activation="relu"),
    layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),
])
discriminator = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(32, 3, strides=2, padding="same"),
    layers.LeakyReLU(0.2),
    layers.Flatten(),
    layers.Dropout(0.3),
    layers.Dense(1),
])


class GAN(keras.Model):
    def __init__(self, g, d):
        super().__init__()
        self.g, self.d = g, d
        self.dl, self.gl = keras.metrics.Mean("d_loss"), keras.metrics.Mean("g_loss")

    @property
    def metrics(self):
        return [self.dl, self.gl]

    def compile(self, d_opt, g_opt):
        super().compile()
        self.d_opt, self.g_opt = d_opt, g_opt
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)

    def train_step(self, real):
        n = tf.shape(real)[0]
        z = tf.random.normal((n, LATENT))
        with tf.GradientTape() as tape:
            fake = self.g(z, training=True)
            lr, lf = self.d(real, training=True), self.d(fake, training=True)
            d_loss = self.bce(0.9 * tf.ones_like(lr), lr) + self.bce(tf.zeros_like(lf), lf)
        self.d_opt.apply_gradients(
            zip(tape.gradient(d_loss, self.d.trainable_weights), self.d.trainable_weights))

        z = tf.random.normal((n, LATENT))
        with tf.GradientTape() as tape:
            lf = self.d(self.g(z, training=True), training=True)
            g_loss = self.bce(tf.ones_like(lf), lf)
        self.g_opt.apply_gradients(
            zip(tape.gradient(g_loss, self.g.trainable_weights), self.g.trainable_weights))
        self.dl.update_state(d_loss)
        self.gl.update_state(g_loss)
        return {m.name: m.result() for m in self.metrics}


gan = GAN(generator, discriminator)
gan.compile(keras.optimizers.Adam(2e-4, beta_1=0.5), keras.optimizers.Adam(2e-4, beta_1=0.5))
ds = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images)).batch(64, drop_remainder=True)
gan.fit(ds, epochs=15, verbose=2)

samples = generator.predict(np.random.normal(size=(200, LATENT)).astype("float32"), verbose=0)
print("mean pixel real/fake:", images.mean().round(3), samples.mean().round(3))
