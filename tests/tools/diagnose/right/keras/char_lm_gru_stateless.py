import numpy as np
import tensorflow as tf

text = ("the quick brown fox jumps over the lazy dog while the small cat sleeps on the warm mat. "
        "every morning the old man walks to the market and buys bread, milk and honey. ") * 25
tf.keras.utils.set_random_seed(5)
chars = sorted(set(text))
ids_from_chars = tf.keras.layers.StringLookup(vocabulary=chars, mask_token=None)
chars_from_ids = tf.keras.layers.StringLookup(vocabulary=ids_from_chars.get_vocabulary(),
                                              invert=True, mask_token=None)
ids = ids_from_chars(tf.strings.unicode_split(text, "UTF-8"))
SEQ, BATCH = 40, 16

ds = (tf.data.Dataset.from_tensor_slices(ids)
      .batch(SEQ + 1, drop_remainder=True)
      .map(lambda s: (s[:-1], s[1:]))
      .shuffle(200, seed=5)
      .batch(BATCH, drop_remainder=True)
      .prefetch(tf.data.AUTOTUNE))


class CharModel(tf.keras.Model):
    def __init__(self, vocab, emb=16, units=64):
        super().__init__()
        self.embedding = tf.keras.layers.Embedding(vocab, emb)
        self.gru = tf.keras.layers.GRU(units, return_sequences=True, return_state=True)
        self.dense = tf.keras.layers.Dense(vocab)

    def call(self, inputs, states=None, return_state=False, training=False):
        x = self.embedding(inputs)
        if states is None:
            states = self.gru.get_initial_state(batch_size=tf.shape(x)[0])
        x, states = self.gru(x, initial_state=states, training=training)
        x = self.dense(x)
        return (x, states) if return_state else x


vocab_size = ids_from_chars.vocabulary_size()
model = CharModel(vocab_size)
model.compile(tf.keras.optimizers.Adam(1e-2),
              tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(ds, epochs=10, verbose=2)


def generate(prompt, n=60, temperature=0.7):
    seq = ids_from_chars(tf.strings.unicode_split(prompt, "UTF-8"))[None]
    states, out = None, [prompt]
    for _ in range(n):
        logits, states = model(seq, states=states, return_state=True)
        logits = logits[:, -1] / temperature
        logits = tf.concat([tf.fill([1, 1], -1e9), logits[:, 1:]], axis=1)   # never [UNK]
        seq = tf.random.categorical(logits, 1)
        out.append(chars_from_ids(seq)[0, 0].numpy().decode())
    return "".join(out)


print(generate("the old "))
