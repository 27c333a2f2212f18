"""Character-level decoder-only transformer written with plain keras layers."""
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


@dataclass(frozen=True)
class Config:
    ctx: int = 24
    dim: int = 32
    heads: int = 4
    blocks: int = 2
    steps: int = 150
    batch: int = 32


class Tokens(layers.Layer):
    def __init__(self, vocab, cfg, **kw):
        super().__init__(**kw)
        self.tok = layers.Embedding(vocab, cfg.dim)
        self.pos = layers.Embedding(cfg.ctx, cfg.dim)

    def call(self, ids):
        return self.tok(ids) + self.pos(ops.arange(ops.shape(ids)[1]))


def block(x, cfg):
    h = layers.LayerNormalization()(x)
    h = layers.MultiHeadAttention(cfg.heads, cfg.dim // cfg.heads, dropout=0.1)(h, h, use_causal_mask=True)
    x = x + h
    h = layers.LayerNormalization()(x)
    h = layers.Dense(4 * cfg.dim, activation="gelu")(h)
    return x + layers.Dense(cfg.dim)(h)


def gpt(vocab, cfg):
    ids = keras.Input((None,), dtype="int32")
    x = Tokens(vocab, cfg)(ids)
    for _ in range(cfg.blocks):
        x = block(x, cfg)
    return keras.Model(ids, layers.Dense(vocab)(layers.LayerNormalization()(x)))


def corpus(rng, n):
    who = ["the cat", "the dog", "a bird", "my aunt"]
    what = ["sees", "hears", "likes"]
    return " ".join(f"{rng.choice(who)} {rng.choice(what)} {rng.choice(who)}." for _ in range(n))


def main(cfg=Config()):
    keras.utils.set_random_seed(10)
    rng = np.random.default_rng(10)
    text = corpus(rng, 500)
    chars = sorted(set(text))
    stoi = {c: i for i, c in enumerate(chars)}
    data = np.array([stoi[c] for c in text], "int32")
    cut = int(0.9 * len(data))

    def pieces(a):
        return tf.data.Dataset.from_tensor_slices(a).window(cfg.ctx + 1, shift=7, drop_remainder=True).flat_map(
            lambda w: w.batch(cfg.ctx + 1)
        ).map(lambda w: (w[:-1], w[1:]))

    train = pieces(data[:cut]).cache().shuffle(5000, seed=1).repeat().batch(cfg.batch)
    valid = pieces(data[cut:]).batch(cfg.batch)

    model = gpt(len(chars), cfg)
    model.compile(
        keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(4e-3, cfg.steps), weight_decay=0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(train, steps_per_epoch=cfg.steps // 5, epochs=5, validation_data=valid, verbose=2)
    print("uniform nats/char", np.log(len(chars)).round(3))

    ids = [stoi[c] for c in "the "]
    for _ in range(40):
        window = np.array([ids[-cfg.ctx :]], "int32")
        logits = ops.convert_to_numpy(model(window, training=False))[0, -1] / 0.7
        p = np.exp(logits - logits.max())
        ids.append(int(rng.choice(len(chars), p=p / p.sum())))
    print("".join(chars[i] for i in ids))


if __name__ == "__main__":
    main()
