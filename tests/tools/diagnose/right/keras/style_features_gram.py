"""Gram-matrix texture synthesis with a random (frozen) conv net: optimise the picture itself."""
import numpy as np
import tensorflow as tf
from tensorflow import keras

keras.utils.set_random_seed(4)
S = 32
yy, xx = np.mgrid[:S, :S]
texture = np.stack([.5 + .5 * np.sin(xx / 2.), .5 + .5 * np.sin((xx + yy) / 3.), np.full((S, S), .3)], -1)
texture = tf.constant(texture[None], tf.float32)

i = keras.Input((None, None, 3))
h1 = keras.layers.Conv2D(16, 5, padding="same", activation="relu")(i)
h2 = keras.layers.Conv2D(24, 3, padding="same", activation="relu")(keras.layers.AveragePooling2D(2)(h1))
h3 = keras.layers.Conv2D(32, 3, padding="same", activation="relu")(keras.layers.AveragePooling2D(2)(h2))
net = keras.Model(i, [h1, h2, h3])
net.trainable = False


def gram(f):
    n = tf.cast(tf.shape(f)[1] * tf.shape(f)[2], tf.float32)
    return tf.einsum("bijc,bijd->bcd", f, f) / n


targets = [gram(f) for f in net(texture)]
scales = [1.0 / (float(tf.reduce_mean(tf.square(t))) + 1e-8) for t in targets]
image = tf.Variable(tf.random.uniform((1, S, S, 3)))
opt = keras.optimizers.Adam(0.02)


@tf.function
def step():
    with tf.GradientTape() as tape:
        style = tf.add_n([s * tf.reduce_mean(tf.square(gram(f) - t))
                          for f, t, s in zip(net(image), targets, scales)])
        tv = tf.reduce_sum(tf.image.total_variation(image)) / (S * S * 3)
        loss = style + 1e-3 * tv
    g = tape.gradient(loss, image)
    opt.apply_gradients([(g, image)])
    image.assign(tf.clip_by_value(image, 0.0, 1.0))
    return style


first = float(step())
for it in range(200):
    s = float(step())
print("style loss %.4f -> %.4f" % (first, s))
assert s < first
print("mean colour, texture / result:", texture.numpy().mean((0, 1, 2)).round(2), image.numpy().mean((0, 1, 2)).round(2))
