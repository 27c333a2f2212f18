import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from sklearn.datasets import load_digits

keras.utils.set_random_seed(0)
LATENT = 16

images = load_digits().images.astype("float32")[..., None] / 8.0 - 1.0


def build_generator():
    return keras.Sequential(
        [
            keras.Input((LATENT,)),
            layers.Dense(2 * 2 * 32),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Reshape((2, 2, 32)),
            layers.Conv2DTranspose(32, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),
        ],
        name="generator",
    )


def build_discriminator():
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(32, 3, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(1),
        ],
        name="discriminator",
    )


class GAN(keras.Model):
    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.seed_gen = keras.random.SeedGenerator(11)
        self.d_tracker = keras.metrics.Mean(name="d_loss")
        self.g_tracker = keras.metrics.Mean(name="g_loss")
        self.built = True

    @property
    def metrics(self):
        return [self.d_tracker, self.g_tracker]

    def compile(self, d_optimizer, g_optimizer):
        super().compile()
        self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)

    def train_step(self, real):
        n = ops.shape(real)[0]
        z = keras.random.normal((n, LATENT), seed=self.seed_gen)
        with tf.GradientTape() as tape:
            fake = self.generator(z, training=True)
            real_logit = self.discriminator(real, training=True)
            fake_logit = self.discriminator(ops.stop_gradient(fake), training=True)
            d_loss = self.bce(0.9 * ops.ones_like(real_logit), real_logit) + self.bce(
                ops.zeros_like(fake_logit), fake_logit
            )
        w = self.discriminator.trainable_weights
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, w), w))

        z = keras.random.normal((n, LATENT), seed=self.seed_gen)
        with tf.GradientTape() as tape:
            logit = self.discriminator(self.generator(z, training=True), training=True)
            g_loss = self.bce(ops.ones_like(logit), logit)
        w = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, w), w))

        self.d_tracker.update_state(d_loss)
        self.g_tracker.update_state(g_loss)
        return {m.name: m.result() for m in self.metrics}


gan = GAN(build_generator(), build_discriminator())
gan.compile(
    d_optimizer=keras.optimizers.Adam(2e-4, beta_1=0.5),
    g_optimizer=keras.optimizers.Adam(4e-4, beta_1=0.5),
)
ds = tf.data.Dataset.from_tensor_slices(images).shuffle(2000, seed=0).batch(64, drop_remainder=True)
gan.fit(ds, epochs=15, verbose=2)

z = keras.random.normal((256, LATENT), seed=3)
samples = gan.generator.predict(z, verbose=0)
print("pixel mean real/fake:", images.mean().round(3), samples.mean().round(3))
print("pixel std  real/fake:", images.std().round(3), samples.std().round(3))
