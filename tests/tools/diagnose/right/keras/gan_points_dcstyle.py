"""Small DCGAN on the 8x8 digits with its own train_step (real labels smoothed to 0.9)."""
import os
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import numpy as np
import keras
from keras import layers
from sklearn.datasets import load_digits

keras.utils.set_random_seed(4)
NOISE = 16

real = load_digits().images.astype("float32")
real = (real / 8.0 - 1.0)[..., None]           # [-1, 1], matching tanh


def generator():
    return keras.Sequential([
        keras.Input((NOISE,)),
        layers.Dense(2 * 2 * 32, use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.2),
        layers.Reshape((2, 2, 32)),
        layers.Conv2DTranspose(16, 3, strides=2, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.2),
        layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="tanh"),
    ], name="G")


def discriminator():
    return keras.Sequential([
        keras.Input((8, 8, 1)),
        layers.Conv2D(16, 3, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Dropout(0.3),
        layers.Conv2D(32, 3, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Flatten(),
        layers.Dense(1, activation="sigmoid"),
    ], name="D")


class DCGAN(keras.Model):
    def __init__(self, g, d):
        super().__init__()
        self.g, self.d = g, d
        self.d_loss_m = keras.metrics.Mean(name="d_loss")
        self.g_loss_m = keras.metrics.Mean(name="g_loss")

    @property
    def metrics(self):
        return [self.d_loss_m, self.g_loss_m]

    def compile(self, d_opt, g_opt, loss_fn):
        super().compile()
        self.d_opt, self.g_opt, self.loss_fn = d_opt, g_opt, loss_fn

    def train_step(self, x):
        import tensorflow as tf
        n = tf.shape(x)[0]
        z = tf.random.normal((n, NOISE))
        with tf.GradientTape() as tape:
            fake = self.g(z, training=True)
            p_real = self.d(x, training=True)
            p_fake = self.d(fake, training=True)
            d_loss = self.loss_fn(0.9 * tf.ones_like(p_real), p_real) + self.loss_fn(tf.zeros_like(p_fake), p_fake)
        # only the discriminator's weights are moved here
        self.d_opt.apply_gradients(zip(tape.gradient(d_loss, self.d.trainable_weights), self.d.trainable_weights))

        z = tf.random.normal((n, NOISE))
        with tf.GradientTape() as tape:
            p = self.d(self.g(z, training=True), training=True)
            g_loss = self.loss_fn(tf.ones_like(p), p)
        self.g_opt.apply_gradients(zip(tape.gradient(g_loss, self.g.trainable_weights), self.g.trainable_weights))
        self.d_loss_m.update_state(d_loss)
        self.g_loss_m.update_state(g_loss)
        return {m.name: m.result() for m in self.metrics}


gan = DCGAN(generator(), discriminator())
gan.compile(
    keras.optimizers.Adam(2e-4, beta_1=0.5),
    keras.optimizers.Adam(2e-4, beta_1=0.5),
    keras.losses.BinaryCrossentropy(),
)
gan.fit(real, batch_size=64, epochs=3, verbose=2)
imgs = gan.g.predict(np.random.normal(size=(8, NOISE)), verbose=0)
print("generated", imgs.shape, float(imgs.min()), float(imgs.max()))
