"""Sets of points (no order, different sizes): masked self-attention and masked mean. Target: diameter of the set."""
import keras
import numpy as np
from keras import layers, ops

MAXN = 10


def make_sets(n, seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, MAXN + 1, n)
    points = rng.normal(size=(n, MAXN, 2)).astype("float32")
    valid = np.arange(MAXN)[None, :] < sizes[:, None]
    points[~valid] = 0.0
    dist = np.linalg.norm(points[:, :, None] - points[:, None], axis=-1)
    dist[~(valid[:, :, None] & valid[:, None])] = 0.0
    return {"points": points, "valid": valid}, dist.max(axis=(1, 2)).astype("float32")[:, None]


class SetBlock(layers.Layer):
    def __init__(self, width, heads, **kw):
        super().__init__(**kw)
        self.att = layers.MultiHeadAttention(heads, width // heads)
        self.ff1, self.ff2 = layers.Dense(2 * width, activation="relu"), layers.Dense(width)
        self.n1, self.n2 = layers.LayerNormalization(), layers.LayerNormalization()

    def call(self, x, valid):
        pair = ops.expand_dims(valid, 1)                      # (batch, 1, keys): every query looks at valid keys only
        x = self.n1(x + self.att(x, x, attention_mask=pair))
        return self.n2(x + self.ff2(self.ff1(x)))


class MaskedMean(layers.Layer):
    def call(self, x, valid):
        w = ops.cast(ops.expand_dims(valid, -1), x.dtype)
        return ops.sum(x * w, axis=1) / ops.sum(w, axis=1)    # every set has at least two members


keras.utils.set_random_seed(5)
points, valid = keras.Input((MAXN, 2), name="points"), keras.Input((MAXN,), dtype="bool", name="valid")
h = layers.Dense(32)(points)
h = SetBlock(32, 4)(h, valid)
out = layers.Dense(1)(layers.Dense(32, activation="relu")(MaskedMean()(h, valid)))
model = keras.Model({"points": points, "valid": valid}, out)
model.compile(keras.optimizers.Adam(3e-3), "mse", metrics=["mae"])

x_tr, y_tr = make_sets(1500, seed=1)
x_te, y_te = make_sets(500, seed=2)
model.fit(x_tr, y_tr, epochs=6, batch_size=64, verbose=0)
print("test MAE %.3f, constant %.3f" % (model.evaluate(x_te, y_te, verbose=0, return_dict=True)["mae"], np.abs(y_te - np.median(y_tr)).mean()))

noisy = {"points": np.where(x_te["valid"][..., None], x_te["points"], 7.0).astype("float32"), "valid": x_te["valid"]}
print("padding ignored:", np.allclose(model.predict(x_te, verbose=0), model.predict(noisy, verbose=0), atol=1e-4))
