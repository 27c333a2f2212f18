# Wasserstein GAN with gradient penalty; the target is a ring of eight Gaussians
import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(36)
Z, BATCH, N_CRITIC, LAMBDA = 8, 128, 3, 10.0
angles = np.arange(8) * np.pi / 4
centres = np.stack([np.cos(angles), np.sin(angles)], 1) * 2
rng = np.random.default_rng(36)


def real_batch():
    k = rng.integers(0, 8, BATCH)
    return tf.constant(centres[k] + rng.normal(0, 0.05, (BATCH, 2)), tf.float32)


def mlp(i, o):
    return tf.keras.Sequential([
        tf.keras.layers.Input((i,)),
        tf.keras.layers.Dense(64, activation="relu"),
        tf.keras.layers.Dense(64, activation="relu"),
        tf.keras.layers.Dense(o),        # linear both for points and for the critic's score
    ])


G, C = mlp(Z, 2), mlp(2, 1)
g_opt = tf.keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.9)
c_opt = tf.keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.9)


@tf.function
def critic_step(real):
    fake = G(tf.random.normal((BATCH, Z)))
    a = tf.random.uniform((BATCH, 1))
    mix = a * real + (1 - a) * fake
    with tf.GradientTape() as tape:
        with tf.GradientTape() as gp:
            gp.watch(mix)
            score = C(mix)
        norm = tf.norm(gp.gradient(score, mix) + 1e-12, axis=1)
        w = tf.reduce_mean(C(real)) - tf.reduce_mean(C(fake))
        loss = -w + LAMBDA * tf.reduce_mean((norm - 1.0) ** 2)
    c_opt.apply_gradients(zip(tape.gradient(loss, C.trainable_variables), C.trainable_variables))
    return w


@tf.function
def generator_step():
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(C(G(tf.random.normal((BATCH, Z)))))
    g_opt.apply_gradients(zip(tape.gradient(loss, G.trainable_variables), G.trainable_variables))


for it in range(400):
    for _ in range(N_CRITIC):
        w = critic_step(real_batch())
    generator_step()
    if it % 100 == 99:
        print(it + 1, "Wasserstein estimate", float(w))

pts = G(tf.random.normal((500, Z))).numpy()
print("mean radius of the generated points:", np.linalg.norm(pts, axis=1).mean())
