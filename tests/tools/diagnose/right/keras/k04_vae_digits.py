import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(42)

x = (load_digits().data / 16.0).astype("float32")
x_train, x_test = train_test_split(x, test_size=0.2, random_state=42)


class Sampling(layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.gen = keras.random.SeedGenerator(1)

    def call(self, inputs):
        mu, log_var = inputs
        eps = keras.random.normal(ops.shape(mu), seed=self.gen)
        return mu + ops.exp(0.5 * log_var) * eps


class VAE(keras.Model):
    def __init__(self, dim, latent=4):
        super().__init__()
        inp = keras.Input((dim,))
        h = layers.Dense(64, activation="relu")(inp)
        mu, log_var = layers.Dense(latent)(h), layers.Dense(latent)(h)
        self.encoder = keras.Model(inp, [mu, log_var, Sampling()([mu, log_var])])
        self.decoder = keras.Sequential(
            [keras.Input((latent,)), layers.Dense(64, activation="relu"), layers.Dense(dim)]
        )
        self.rec_m = keras.metrics.Mean("rec")
        self.kl_m = keras.metrics.Mean("kl")
        self.total_m = keras.metrics.Mean("elbo_loss")

    @property
    def metrics(self):
        return [self.total_m, self.rec_m, self.kl_m]

    def call(self, x, training=None):
        _, _, z = self.encoder(x, training=training)
        return ops.sigmoid(self.decoder(z, training=training))

    def _terms(self, x, training):
        mu, log_var, z = self.encoder(x, training=training)
        logits = self.decoder(z, training=training)
        rec = ops.mean(
            ops.sum(ops.binary_crossentropy(x, logits, from_logits=True), axis=-1)
        )
        kl = -0.5 * ops.mean(ops.sum(1 + log_var - ops.square(mu) - ops.exp(log_var), axis=-1))
        return rec, kl

    def _log(self, rec, kl):
        self.rec_m.update_state(rec)
        self.kl_m.update_state(kl)
        self.total_m.update_state(rec + kl)
        return {m.name: m.result() for m in self.metrics}

    def train_step(self, data):
        with tf.GradientTape() as tape:
            rec, kl = self._terms(data, True)
            loss = rec + kl
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        return self._log(rec, kl)

    def test_step(self, data):
        return self._log(*self._terms(data, False))


def as_ds(a, shuffle):
    ds = tf.data.Dataset.from_tensor_slices(a)
    return (ds.shuffle(len(a), seed=5) if shuffle else ds).batch(64)


vae = VAE(64)
vae.compile(optimizer=keras.optimizers.Adam(2e-3))
vae.fit(as_ds(x_train, True), epochs=30, verbose=2)
print("held-out:", {k: round(float(v), 2) for k, v in vae.evaluate(as_ds(x_test, False), return_dict=True, verbose=0).items()})

prior = np.random.default_rng(0).standard_normal((5, 4)).astype("float32")
gen = keras.ops.convert_to_numpy(keras.ops.sigmoid(vae.decoder(prior)))
print("samples", gen.shape, gen.min().round(2), gen.max().round(2))
