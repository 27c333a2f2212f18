# Character language model with GRU, sampling with a temperature
import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(99)

text = ("the cat sat on the mat. the dog sat on the log. "
        "the cat saw the dog and the dog saw the cat. ") * 25
chars = sorted(set(text))
to_id = {c: i for i, c in enumerate(chars)}
ids = np.array([to_id[c] for c in text], dtype="int32")

SEQ = 32
split = int(0.9 * len(ids))


def make_ds(part, training):
    ds = tf.data.Dataset.from_tensor_slices(part)
    ds = ds.batch(SEQ + 1, drop_remainder=True)
    ds = ds.map(lambda s: (s[:-1], s[1:]), num_parallel_calls=tf.data.AUTOTUNE)
    if training:
        ds = ds.shuffle(1000, seed=1)
    return ds.batch(16).prefetch(tf.data.AUTOTUNE)


train_ds = make_ds(ids[:split], True)
val_ds = make_ds(ids[split:], False)

model = tf.keras.Sequential([
    tf.keras.layers.Input((None,), dtype="int32"),
    tf.keras.layers.Embedding(len(chars), 16),
    tf.keras.layers.GRU(64, return_sequences=True),
    tf.keras.layers.Dense(len(chars)),
])
model.compile(
    optimizer=tf.keras.optimizers.Adam(0.01),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
h = model.fit(train_ds, validation_data=val_ds, epochs=8, verbose=0)
print("perplexity per character:", np.exp(h.history["val_loss"][-1]))


def sample(seed, n=40, temperature=0.7):
    rng = np.random.default_rng(0)
    out = [to_id[c] for c in seed]
    for _ in range(n):
        logits = model(np.array([out[-SEQ:]]), training=False)[0, -1].numpy().astype("float64")
        z = logits / temperature
        p = np.exp(z - z.max())
        out.append(rng.choice(len(chars), p=p / p.sum()))
    return "".join(chars[i] for i in out)


print(sample("the cat "))
