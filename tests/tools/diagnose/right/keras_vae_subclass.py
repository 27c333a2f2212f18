import keras
import tensorflow as tf
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class Sampling(layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.seed_generator = keras.random.SeedGenerator(17)

    def call(self, inputs):
        mean, log_var = inputs
        eps = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_var) * eps


class VAE(keras.Model):
    def __init__(self, latent=5, **kw):
        super().__init__(**kw)
        x = keras.Input((64,))
        h = layers.Dense(64, activation="relu")(x)
        mean, log_var = layers.Dense(latent)(h), layers.Dense(latent)(h)
        self.encoder = keras.Model(x, [mean, log_var, Sampling()([mean, log_var])])
        z = keras.Input((latent,))
        self.decoder = keras.Model(z, layers.Dense(64)(layers.Dense(64, activation="relu")(z)))   # pixel logits
        self.trackers = {k: keras.metrics.Mean(name=k) for k in ("loss", "reconstruction", "kl")}

    @property
    def metrics(self):
        return list(self.trackers.values())

    def elbo_terms(self, x, training):
        mean, log_var, z = self.encoder(x, training=training)
        logits = self.decoder(z, training=training)
        rec = ops.mean(ops.sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits), axis=1))
        kl = ops.mean(ops.sum(-0.5 * (1 + log_var - ops.square(mean) - ops.exp(log_var)), axis=1))
        return rec + kl, rec, kl

    def track(self, values, n):
        for metric, value in zip(self.trackers.values(), values):
            metric.update_state(value, sample_weight=n)
        return {m.name: m.result() for m in self.metrics}

    def train_step(self, x):
        with tf.GradientTape() as tape:
            terms = self.elbo_terms(x, training=True)
        grads = tape.gradient(terms[0], self.trainable_weights)
        self.optimizer.apply(grads, self.trainable_weights)
        return self.track(terms, tf.cast(tf.shape(x)[0], tf.float32))

    def test_step(self, x):
        return self.track(self.elbo_terms(x, training=False), tf.cast(tf.shape(x)[0], tf.float32))


def dataset(x, shuffle=False):
    ds = tf.data.Dataset.from_tensor_slices(x)
    return (ds.shuffle(len(x), seed=0) if shuffle else ds).batch(64)


keras.utils.set_random_seed(0)
images = (load_digits().data / 16).astype("float32")
train, held = train_test_split(images, test_size=0.25, random_state=0)
vae = VAE()
vae.compile(optimizer=keras.optimizers.Adam(2e-3))
vae.fit(dataset(train, shuffle=True), epochs=15, verbose=0)
print({k: round(float(v), 2) for k, v in vae.evaluate(dataset(held), verbose=0, return_dict=True).items()})
new = ops.sigmoid(vae.decoder(keras.random.normal((4, 5), seed=1)))
print("samples", new.shape, "mean ink %.3f (data %.3f)" % (float(ops.mean(new)), held.mean()))
