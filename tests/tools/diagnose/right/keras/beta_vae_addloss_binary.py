"""Beta-VAE for binarised digits with the loss added by the layer through add_loss."""
import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits

keras.utils.set_random_seed(6)
BETA, LATENT, D = 0.5, 4, 64
X = (load_digits().data > 7).astype("float32")
train, held = X[:1500], X[1500:]


class GaussianLatent(layers.Layer):
    def __init__(self, dim, beta, **kw):
        super().__init__(**kw)
        self.mu, self.logvar, self.beta = layers.Dense(dim), layers.Dense(dim), beta
        self.seed = keras.random.SeedGenerator(6)

    def call(self, h, training=False):
        mu, logvar = self.mu(h), self.logvar(h)
        kl = 0.5 * ops.sum(ops.exp(logvar) + ops.square(mu) - 1.0 - logvar, axis=-1)
        self.add_loss(self.beta * ops.mean(kl))
        if not training:
            return mu
        return mu + ops.exp(0.5 * logvar) * keras.random.normal(ops.shape(mu), seed=self.seed)


def reconstruction(y_true, logits):
    # summed over the pixels, to be on the scale of the KL above
    bce = ops.maximum(logits, 0) - logits * y_true + ops.log1p(ops.exp(-ops.abs(logits)))
    return ops.sum(bce, axis=-1)


vae = keras.Sequential([
    keras.Input((D,)),
    layers.Dense(64, activation="relu"),
    GaussianLatent(LATENT, BETA),
    layers.Dense(64, activation="relu"),
    layers.Dense(D),
])
vae.compile(keras.optimizers.Adam(2e-3), loss=reconstruction)
vae.fit(train, train, epochs=12, batch_size=64, verbose=0)
logits = vae.predict(held, verbose=0)
print("pixels restored:", ((logits > 0) == (held > 0.5)).mean())
