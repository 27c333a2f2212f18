import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(8)
VOCAB, MAXLEN = 50, 20


@keras.saving.register_keras_serializable("demo")
class TokenAndPosition(layers.Layer):
    def __init__(self, maxlen, vocab, dim, **kwargs):
        super().__init__(**kwargs)
        self.maxlen, self.vocab, self.dim = maxlen, vocab, dim
        self.tok = layers.Embedding(vocab, dim)
        self.pos = layers.Embedding(maxlen, dim)

    def build(self, shape):
        self.tok.build(shape)
        self.pos.build((self.maxlen,))
        super().build(shape)

    def call(self, x):
        return self.tok(x) + self.pos(ops.arange(ops.shape(x)[-1]))

    def get_config(self):
        return {**super().get_config(), "maxlen": self.maxlen, "vocab": self.vocab, "dim": self.dim}


@keras.saving.register_keras_serializable("demo")
class EncoderBlock(layers.Layer):
    def __init__(self, dim, heads, ff, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.cfg = dict(dim=dim, heads=heads, ff=ff, rate=rate)
        self.att = layers.MultiHeadAttention(heads, key_dim=dim // heads)
        self.ffn = keras.Sequential([layers.Dense(ff, activation="gelu"), layers.Dense(dim)])
        self.n1 = layers.LayerNormalization(epsilon=1e-6)
        self.n2 = layers.LayerNormalization(epsilon=1e-6)
        self.d1 = layers.Dropout(rate)
        self.d2 = layers.Dropout(rate)

    def build(self, shape):
        self.att.build(shape, shape)
        for l in (self.ffn, self.n1, self.n2):
            l.build(shape)
        super().build(shape)

    def call(self, x, training=None):
        a = self.d1(self.att(x, x), training=training)
        x = self.n1(x + a)
        f = self.d2(self.ffn(x), training=training)
        return self.n2(x + f)

    def get_config(self):
        return {**super().get_config(), **self.cfg}


def data(n, seed):
    # class 1 iff token 7 appears before token 9
    r = np.random.default_rng(seed)
    x = r.integers(10, VOCAB, (n, MAXLEN))
    y = r.integers(0, 2, n)
    for i in range(n):
        a, b = np.sort(r.choice(MAXLEN, 2, replace=False))
        x[i, a], x[i, b] = (7, 9) if y[i] else (9, 7)
    return x, y


xtr, ytr = data(1200, 0)
xva, yva = data(200, 1)
xte, yte = data(200, 2)
inp = keras.Input((MAXLEN,), dtype="int32")
h = TokenAndPosition(MAXLEN, VOCAB, 16)(inp)
h = EncoderBlock(16, 2, 32)(h)
h = layers.GlobalMaxPooling1D()(h)
out = layers.Dense(2, activation="softmax")(h)
model = keras.Model(inp, out)
model.compile(keras.optimizers.AdamW(3e-3, weight_decay=1e-4),
              "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(xtr, ytr, batch_size=64, epochs=8, validation_data=(xva, yva), verbose=2)
model.save("tf_order.keras")
again = keras.models.load_model("tf_order.keras")
np.testing.assert_allclose(again.predict(xte, verbose=0), model.predict(xte, verbose=0), atol=1e-5)
print("test", again.evaluate(xte, yte, verbose=0))
