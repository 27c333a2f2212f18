import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

tf.keras.utils.set_random_seed(44)
rng = np.random.default_rng(44)
N_CLASSES, S = 3, 24          # background, disc, bar


def scene():
    yy, xx = np.mgrid[:S, :S]
    m = np.zeros((S, S), "int32")
    cy, cx = rng.integers(6, 18, 2)
    m[(yy - cy) ** 2 + (xx - cx) ** 2 < 20] = 1
    r = rng.integers(2, S - 4)
    m[r:r + 3] = 2
    colour = np.array([[.2, .2, .2], [.8, .3, .2], [.2, .4, .9]])
    img = colour[m] + rng.normal(0, 0.1, (S, S, 3))
    return img.astype("float32"), m


pairs = [scene() for _ in range(150)]
X = np.stack([p[0] for p in pairs])
M = np.stack([p[1] for p in pairs])
freq = np.bincount(M[:120].ravel(), minlength=N_CLASSES) / M[:120].size
pixel_weight = (1.0 / freq / np.mean(1.0 / freq)).astype("float32")

ds_train = (
    tf.data.Dataset.from_tensor_slices((X[:120], M[:120]))
    .shuffle(120)
    .map(lambda x, m: (x, m, tf.gather(pixel_weight, m)))      # class weights as pixel weights
    .batch(16)
    .prefetch(2)
)
ds_val = tf.data.Dataset.from_tensor_slices((X[120:], M[120:])).batch(16)

inp = tf.keras.Input((S, S, 3))
c1 = layers.Conv2D(12, 3, padding="same", activation="relu")(inp)
d = layers.MaxPooling2D()(c1)
d = layers.Conv2D(24, 3, padding="same", activation="relu")(d)
d = layers.Conv2D(24, 3, padding="same", activation="relu")(d)
u = layers.UpSampling2D(interpolation="bilinear")(d)
u = layers.concatenate([u, c1])
u = layers.Conv2D(12, 3, padding="same", activation="relu")(u)
logits = layers.Conv2D(N_CLASSES, 1)(u)
net = tf.keras.Model(inp, logits)
net.compile(
    tf.keras.optimizers.Adam(5e-3),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[tf.keras.metrics.MeanIoU(num_classes=N_CLASSES, sparse_y_true=True, sparse_y_pred=False, name="miou")],
)
net.fit(ds_train, validation_data=ds_val, epochs=6, verbose=2)

pred = net.predict(X[120:], verbose=0).argmax(-1)
for c, name in enumerate(("background", "disc", "bar")):
    inter = np.sum((pred == c) & (M[120:] == c))
    union = np.sum((pred == c) | (M[120:] == c))
    print(f"{name:11s} IoU {inter / union:.3f}")
