# DCGAN in the old "combined model" manner; D is compiled first and frozen afterwards
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

tf.keras.utils.set_random_seed(8)
L = tf.keras.layers
latent = 12

x_real = load_digits().data.astype("float32") / 16.0     # 0..1, so the generator ends in a sigmoid

disc = tf.keras.Sequential([
    L.Input((64,)), L.Dense(64), L.LeakyReLU(0.2), L.Dropout(0.3),
    L.Dense(32), L.LeakyReLU(0.2), L.Dense(1, activation="sigmoid"),
])
disc.compile(loss="binary_crossentropy", optimizer=tf.keras.optimizers.Adam(2e-4, 0.5))

gen = tf.keras.Sequential([
    L.Input((latent,)), L.Dense(32), L.LeakyReLU(0.2), L.Dense(64), L.LeakyReLU(0.2),
    L.Dense(64, activation="sigmoid"),
])


def d_step(real, fake):
    """Explicit update of D, so that freezing D for the combined model cannot disturb it."""
    with tf.GradientTape() as tape:
        pr, pf = disc(real, training=True), disc(fake, training=True)
        loss = tf.reduce_mean(tf.keras.losses.binary_crossentropy(tf.ones_like(pr), pr))
        loss += tf.reduce_mean(tf.keras.losses.binary_crossentropy(tf.zeros_like(pf), pf))
    grads = tape.gradient(loss, d_vars)
    d_opt.apply_gradients(zip(grads, d_vars))
    return loss


d_vars = list(disc.trainable_variables)
d_opt = tf.keras.optimizers.Adam(2e-4, beta_1=0.5)

disc.trainable = False
z_in = L.Input((latent,))
combined = tf.keras.Model(z_in, disc(gen(z_in)))
combined.compile(loss="binary_crossentropy", optimizer=tf.keras.optimizers.Adam(2e-4, beta_1=0.5))

rng = np.random.default_rng(8)
batch = 64
for step in range(120):
    real = x_real[rng.integers(0, len(x_real), batch)]
    fake = gen(rng.normal(size=(batch, latent)).astype("float32"), training=True)
    # the tape needs trainable variables to watch
    disc.trainable = True
    d_loss = d_step(tf.constant(real), tf.stop_gradient(fake))
    disc.trainable = False
    combined.reset_metrics()
    g_loss = combined.train_on_batch(rng.normal(size=(batch, latent)), np.ones((batch, 1)))
    if step % 40 == 0:
        print(step, float(d_loss), float(np.ravel(g_loss)[0]))

print(gen.predict(rng.normal(size=(3, latent)), verbose=0).round(2)[:, :8])
