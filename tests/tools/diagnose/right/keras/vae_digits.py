import numpy as np
import tensorflow as tf
import keras
from keras import layers, ops
from sklearn.datasets import load_digits


class Sampling(layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        mean, log_var = inputs
        eps = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_var) * eps


class VAE(keras.Model):
    def __init__(self, encoder, decoder, beta=1.0, **kw):
        super().__init__(**kw)
        self.encoder, self.decoder, self.beta = encoder, decoder, beta
        self.total = keras.metrics.Mean(name="loss")
        self.rec = keras.metrics.Mean(name="rec")
        self.kl = keras.metrics.Mean(name="kl")

    @property
    def metrics(self):
        return [self.total, self.rec, self.kl]

    def call(self, x):
        return self.decoder(self.encoder(x)[2])

    def elbo_terms(self, x):
        mean, log_var, z = self.encoder(x)
        r = self.decoder(z)
        rec = ops.mean(ops.sum(keras.losses.binary_crossentropy(x[..., None], r[..., None]), axis=-1))
        kl = ops.mean(-0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var), axis=1))
        return rec + self.beta * kl, rec, kl

    def train_step(self, x):
        with tf.GradientTape() as tape:
            total, rec, kl = self.elbo_terms(x)
        grads = tape.gradient(total, self.trainable_weights)
        self.optimizer.apply_gradients(zip(grads, self.trainable_weights))
        self.total.update_state(total)
        self.rec.update_state(rec)
        self.kl.update_state(kl)
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, x):
        for m, v in zip(self.metrics, self.elbo_terms(x)):
            m.update_state(v)
        return {m.name: m.result() for m in self.metrics}


keras.utils.set_random_seed(0)
x = load_digits().data.astype("float32") / 16.0
x_train, x_test = x[:1500], x[1500:]
LATENT = 2
inp = keras.Input((64,))
h = layers.Dense(64, activation="relu")(inp)
mu = layers.Dense(LATENT)(h)
lv = layers.Dense(LATENT)(h)
enc = keras.Model(inp, [mu, lv, Sampling()([mu, lv])])
zin = keras.Input((LATENT,))
h = layers.Dense(64, activation="relu")(zin)
dec = keras.Model(zin, layers.Dense(64, activation="sigmoid")(h))

vae = VAE(enc, dec)
vae.compile(optimizer=keras.optimizers.Adam(3e-3))
vae.fit(x_train, epochs=10, batch_size=64, verbose=2)
print(vae.evaluate(x_test, verbose=0, return_dict=True))
grid = np.stack(np.meshgrid(np.linspace(-2, 2, 5), np.linspace(-2, 2, 5)), -1).reshape(-1, 2)
print(dec.predict(grid.astype("float32"), verbose=0).shape)
