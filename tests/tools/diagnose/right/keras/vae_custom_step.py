import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.datasets import load_digits

keras.utils.set_random_seed(1)
LATENT = 2


class Sampling(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        mean, log_var = inputs
        eps = keras.random.normal(keras.ops.shape(mean), seed=self.seed_generator)
        return mean + keras.ops.exp(0.5 * log_var) * eps


def make_encoder():
    inp = keras.Input((64,))
    h = layers.Dense(48, activation="relu")(inp)
    mean = layers.Dense(LATENT, name="z_mean")(h)
    log_var = layers.Dense(LATENT, name="z_log_var")(h)
    return keras.Model(inp, [mean, log_var, Sampling()([mean, log_var])], name="encoder")


def make_decoder():
    inp = keras.Input((LATENT,))
    h = layers.Dense(48, activation="relu")(inp)
    return keras.Model(inp, layers.Dense(64, activation="sigmoid")(h), name="decoder")


class VAE(keras.Model):
    def __init__(self, encoder, decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.total_tracker = keras.metrics.Mean(name="loss")
        self.rec_tracker = keras.metrics.Mean(name="rec")
        self.kl_tracker = keras.metrics.Mean(name="kl")

    @property
    def metrics(self):
        return [self.total_tracker, self.rec_tracker, self.kl_tracker]

    def train_step(self, data):
        with tf.GradientTape() as tape:
            mean, log_var, z = self.encoder(data, training=True)
            recon = self.decoder(z, training=True)
            # binary_crossentropy averages over the pixels, so scale back to a sum
            rec = tf.reduce_mean(64.0 * keras.losses.binary_crossentropy(data, recon))
            kl = -0.5 * (1 + log_var - tf.square(mean) - tf.exp(log_var))
            kl = tf.reduce_mean(tf.reduce_sum(kl, axis=1))
            loss = rec + kl
        grads = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(grads, self.trainable_weights))
        self.total_tracker.update_state(loss)
        self.rec_tracker.update_state(rec)
        self.kl_tracker.update_state(kl)
        return {m.name: m.result() for m in self.metrics}


digits = (load_digits().data / 16.0).astype("float32")
vae = VAE(make_encoder(), make_decoder())
vae.compile(optimizer=keras.optimizers.Adam(2e-3))
vae.fit(digits, epochs=8, batch_size=128, verbose=2)

z_mean, _, _ = vae.encoder.predict(digits[:5], verbose=0)
print(z_mean)
sample = vae.decoder.predict(np.random.normal(size=(4, LATENT)), verbose=0)
print(sample.shape, sample.min(), sample.max())
