import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)


def sequences(n, T=16, vocab=10):
    """Label 1 if the first token appears again later on."""
    x = rng.integers(1, vocab + 1, (n, T))
    again = rng.random(n) < 0.5
    for i in range(n):
        dup = np.flatnonzero(x[i, 1:] == x[i, 0]) + 1
        others = [t for t in range(1, vocab + 1) if t != x[i, 0]]
        x[i, dup] = rng.choice(others, len(dup))
        if again[i]:
            x[i, rng.integers(1, T)] = x[i, 0]
    return x.astype("int32"), again.astype("float32")


class PositionEmbedding(layers.Layer):
    def __init__(self, length, vocab, dim):
        super().__init__()
        self.tok = layers.Embedding(vocab, dim)
        self.pos = layers.Embedding(length, dim)
        self.length = length

    def call(self, x):
        return self.tok(x) + self.pos(keras.ops.arange(self.length))


def encoder_block(x, heads=2, ff=64, drop=0.0):
    d = x.shape[-1]
    a = layers.MultiHeadAttention(heads, d // heads, dropout=drop)(x, x)
    x = layers.LayerNormalization()(x + a)
    h = layers.Dense(ff, activation="relu")(x)
    return layers.LayerNormalization()(x + layers.Dense(d)(h))


inp = keras.Input((16,), dtype="int32")
h = PositionEmbedding(16, 11, 32)(inp)
for _ in range(2):
    h = encoder_block(h)
out = layers.Dense(1)(h[:, 0])
model = keras.Model(inp, out)
model.compile(
    keras.optimizers.Adam(2e-3),
    keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],  # logits: zero is the half-way point
)
X_tr, y_tr = sequences(6000)
X_va, y_va = sequences(1000)
X_te, y_te = sequences(2000)
model.fit(X_tr, y_tr, validation_data=(X_va, y_va), epochs=8, batch_size=64, verbose=2,
          callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)])
print("test", [round(v, 4) for v in model.evaluate(X_te, y_te, verbose=0)])
