"""Decoder-only transformer that learns one-digit sums, e.g. '7+5=12.'"""
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

tf.keras.utils.set_random_seed(24)
ALPHABET = "0123456789+=."
stoi = {c: i for i, c in enumerate(ALPHABET)}
MAXLEN = 7


def encode(a, b):
    s = f"{a}+{b}={a + b}".ljust(MAXLEN, ".")
    return [stoi[c] for c in s]


pairs = [(a, b) for a in range(10) for b in range(10)]
rng = np.random.default_rng(24)
rng.shuffle(pairs)
train_pairs, test_pairs = pairs[:85], pairs[85:]
data = np.array([encode(a, b) for a, b in train_pairs])
x, y = data[:, :-1], data[:, 1:]
w = np.zeros(y.shape, "float32")
w[:, 3:] = 1.0        # only what stands after '=' is scored ('=' is input number 3)


class Block(layers.Layer):
    def __init__(self, dim, heads):
        super().__init__()
        self.ln1, self.ln2 = layers.LayerNormalization(), layers.LayerNormalization()
        self.att = layers.MultiHeadAttention(heads, dim // heads)
        self.up, self.down = layers.Dense(4 * dim, activation="gelu"), layers.Dense(dim)

    def call(self, h):
        n = self.ln1(h)
        h = h + self.att(n, n, use_causal_mask=True)
        return h + self.down(self.up(self.ln2(h)))


class TinyGPT(tf.keras.Model):
    def __init__(self, vocab, maxlen, dim=32, heads=4, depth=2):
        super().__init__()
        self.tok, self.pos = layers.Embedding(vocab, dim), layers.Embedding(maxlen, dim)
        self.blocks = [Block(dim, heads) for _ in range(depth)]
        self.norm, self.head = layers.LayerNormalization(), layers.Dense(vocab)

    def call(self, ids):
        h = self.tok(ids) + self.pos(tf.range(tf.shape(ids)[1]))
        for b in self.blocks:
            h = b(h)
        return self.head(self.norm(h))


gpt = TinyGPT(len(ALPHABET), MAXLEN)
gpt.compile(tf.keras.optimizers.Adam(3e-3), tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
gpt.fit(x, y, sample_weight=w, epochs=40, batch_size=17, verbose=0)


def answer(a, b):
    ids = [stoi[c] for c in f"{a}+{b}="]
    while len(ids) < MAXLEN:
        ids.append(int(np.argmax(gpt(np.array([ids]))[0, -1])))
    return "".join(ALPHABET[i] for i in ids).split("=")[1].rstrip(".")


print("known sums right :", np.mean([answer(a, b) == str(a + b) for a, b in train_pairs[:30]]))
print("unseen sums right:", np.mean([answer(a, b) == str(a + b) for a, b in test_pairs]))
