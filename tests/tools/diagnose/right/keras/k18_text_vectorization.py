import random

import keras
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(99)
random.seed(99)

GOOD = "great lovely crisp charming brilliant warm funny".split()
BAD = "dull noisy broken boring awful cold messy".split()
NEUTRAL = "the film room phone was with a of and plot screen staff very".split()


def review(label):
    n = random.randint(6, 14)
    words = [random.choice(NEUTRAL) for _ in range(n)]
    for _ in range(3):
        pool = GOOD if (random.random() < 0.85) == bool(label) else BAD
        words.insert(random.randrange(len(words)), random.choice(pool))
    return " ".join(words)


labels = [i % 2 for i in range(1200)]
texts = [review(l) for l in labels]
split = 800, 1000
tr = tf.data.Dataset.from_tensor_slices((texts[: split[0]], labels[: split[0]]))
va = tf.data.Dataset.from_tensor_slices((texts[split[0] : split[1]], labels[split[0] : split[1]]))
te = tf.data.Dataset.from_tensor_slices((texts[split[1] :], labels[split[1] :]))

vectorize = layers.TextVectorization(max_tokens=500, output_sequence_length=20)
vectorize.adapt(tr.map(lambda t, l: t).batch(128))


def prepare(ds, training=False):
    if training:
        ds = ds.shuffle(1000, seed=99)
    return ds.batch(32).map(lambda t, l: (vectorize(t), l), num_parallel_calls=2).prefetch(1)


core = keras.Sequential(
    [
        keras.Input((20,), dtype="int64"),
        layers.Embedding(vectorize.vocabulary_size(), 16, mask_zero=True),
        layers.Bidirectional(layers.GRU(16)),
        layers.Dropout(0.3),
        layers.Dense(1, activation="sigmoid"),
    ]
)
core.compile("adam", "binary_crossentropy", metrics=["accuracy"])
core.fit(prepare(tr, True), validation_data=prepare(va), epochs=5, verbose=2)
print("test", core.evaluate(prepare(te), verbose=0, return_dict=True))

# one object from raw strings to probability
text_in = keras.Input((), dtype="string")
end_to_end = keras.Model(text_in, core(vectorize(text_in)))
print(end_to_end(tf.constant(["a charming warm film", "awful noisy phone, very broken"])).numpy().ravel())
