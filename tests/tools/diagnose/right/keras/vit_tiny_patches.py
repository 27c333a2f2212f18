import numpy as np
import keras
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(16)


class Patches(layers.Layer):
    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, images):
        b, h, w, c = ops.shape(images)[0], images.shape[1], images.shape[2], images.shape[3]
        p = self.size
        x = ops.reshape(images, (b, h // p, p, w // p, p, c))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (b, (h // p) * (w // p), p * p * c))


class AddClassTokenAndPosition(layers.Layer):
    def build(self, shape):
        _, n, d = shape
        self.cls = self.add_weight(shape=(1, 1, d), initializer="zeros", name="cls")
        self.pos = self.add_weight(shape=(1, n + 1, d), initializer=keras.initializers.RandomNormal(stddev=0.02), name="pos")

    def call(self, x):
        cls = ops.broadcast_to(self.cls, (ops.shape(x)[0], 1, x.shape[-1]))
        return ops.concatenate([cls, x], axis=1) + self.pos


def vit(image_size=8, patch=2, dim=32, depth=2, heads=4, classes=10):
    inp = keras.Input((image_size, image_size, 1))
    x = layers.Dense(dim)(Patches(patch)(inp))
    x = AddClassTokenAndPosition()(x)
    for _ in range(depth):
        n = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.MultiHeadAttention(heads, dim // heads)(n, n)])
        n = layers.LayerNormalization()(x)
        n = layers.Dense(dim * 2, activation="gelu")(n)
        x = layers.Add()([x, layers.Dense(dim)(n)])
    x = layers.LayerNormalization()(x)
    return keras.Model(inp, layers.Dense(classes)(x[:, 0]))


X, y = load_digits(return_X_y=True)
X = (X.reshape(-1, 8, 8, 1) / 16.0).astype("float32")
X_tr, X_te, y_tr, y_te = train_test_split(X, y, stratify=y, test_size=0.2, random_state=16)

model = vit()
model.compile(
    keras.optimizers.AdamW(2e-3, weight_decay=1e-4),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
)
model.fit(X_tr, y_tr, epochs=6, batch_size=64, validation_split=0.1, verbose=2)
print(model.evaluate(X_te, y_te, verbose=0, return_dict=True))
