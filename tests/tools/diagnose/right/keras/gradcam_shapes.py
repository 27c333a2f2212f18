import numpy as np
import tensorflow as tf
from tensorflow import keras

keras.utils.set_random_seed(12)
rng = np.random.default_rng(12)


def make(n):
    y = rng.integers(0, 2, n)
    x = rng.normal(0, .2, (n, 20, 20, 1)).astype("float32")
    pos = rng.integers(1, 13, (n, 2))
    for i in range(n):
        r, c = pos[i]
        if y[i]:
            x[i, r:r + 6, c:c + 6] += 1
        else:
            x[i, r:r + 6, c + 2:c + 4] += 1
    return x, y, pos


x_train, y_train, _ = make(500)
x_test, y_test, pos = make(100)
inp = keras.Input((20, 20, 1))
h = keras.layers.Conv2D(8, 3, padding="same", activation="relu")(inp)
h = keras.layers.MaxPooling2D()(h)
h = keras.layers.Conv2D(16, 3, padding="same", activation="relu", name="last_conv")(h)
h = keras.layers.GlobalAveragePooling2D()(h)
out = keras.layers.Dense(2)(h)
model = keras.Model(inp, out)
model.compile(keras.optimizers.Adam(5e-3),
              keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
model.fit(x_train, y_train, epochs=8, batch_size=32, verbose=0)
print("acc", model.evaluate(x_test, y_test, verbose=0)[1])

grad_model = keras.Model(inp, [model.get_layer("last_conv").output, model.output])


def grad_cam(img, cls=None):
    with tf.GradientTape() as tape:
        conv, logits = grad_model(img[None])
        if cls is None:
            cls = int(tf.argmax(logits[0]))
        score = logits[:, cls]
    grads = tape.gradient(score, conv)
    weights = tf.reduce_mean(grads, axis=(1, 2))
    cam = tf.nn.relu(tf.einsum("bhwc,bc->bhw", conv, weights))[0]
    cam = cam / (tf.reduce_max(cam) + 1e-8)
    return tf.image.resize(cam[..., None], (20, 20)).numpy()[..., 0], cls


inside = []
for img, (r, c) in zip(x_test[y_test == 1][:20], pos[y_test == 1][:20]):
    cam, cls = grad_cam(img, cls=1)
    pr, pc = np.unravel_index(cam.argmax(), cam.shape)
    inside.append(r - 2 <= pr <= r + 7 and c - 2 <= pc <= c + 7)
print("peak near the square:", np.mean(inside))
