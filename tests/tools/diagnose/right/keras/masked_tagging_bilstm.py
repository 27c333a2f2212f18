"""Part-of-speech style tagging with padding, masks and a bidirectional LSTM."""
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers
from tensorflow.keras.utils import pad_sequences

tf.keras.utils.set_random_seed(23)
rng = np.random.default_rng(23)

LEXICON = {
    "DET": ["the", "a", "some"],
    "ADJ": ["old", "red", "quick", "lazy"],
    "NOUN": ["dog", "fish", "run", "house", "play"],
    "VERB": ["sees", "likes", "run", "play"],
}
GRAMMAR = [["DET", "NOUN", "VERB"], ["DET", "ADJ", "NOUN", "VERB", "DET", "NOUN"],
           ["DET", "NOUN", "VERB", "ADJ", "NOUN"], ["NOUN", "VERB"]]
TAGS = {t: i for i, t in enumerate(LEXICON)}
words = sorted({w for ws in LEXICON.values() for w in ws})
w2i = {w: i + 1 for i, w in enumerate(words)}       # 0 is the padding


def corpus(n):
    sents, tags = [], []
    for _ in range(n):
        shape = GRAMMAR[rng.integers(len(GRAMMAR))]
        sents.append([w2i[rng.choice(LEXICON[t])] for t in shape])
        tags.append([TAGS[t] for t in shape])
    return sents, tags


def arrays(sents, tags, maxlen=6):
    x = pad_sequences(sents, maxlen=maxlen, padding="post")
    y = pad_sequences(tags, maxlen=maxlen, padding="post")
    w = (x > 0).astype("float32")        # padded steps weigh nothing
    return x, y, w


x_tr, y_tr, w_tr = arrays(*corpus(800))
x_te, y_te, w_te = arrays(*corpus(200))

model = tf.keras.Sequential([
    layers.Input((None,), dtype="int32"),
    layers.Embedding(len(w2i) + 1, 12, mask_zero=True),
    layers.Bidirectional(layers.LSTM(12, return_sequences=True)),
    layers.TimeDistributed(layers.Dense(len(TAGS), activation="softmax")),
])
model.compile("adam", "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
model.fit(x_tr, y_tr, sample_weight=w_tr, epochs=6, batch_size=32, verbose=2)

pred = model.predict(x_te, verbose=0).argmax(-1)
real = w_te.astype(bool)
print("token accuracy", (pred[real] == y_te[real]).mean())
