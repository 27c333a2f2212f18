"""word2vec (skip-gram, negative sampling) on a toy corpus."""
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(17)
rng = np.random.default_rng(17)

topics = {
    "animals": "cat dog horse cow sheep".split(),
    "fruit": "apple pear plum grape melon".split(),
    "metal": "iron zinc copper tin lead".split(),
}
sentences = [list(rng.choice(topics[t], 5)) for t in rng.choice(list(topics), 400)]
vocab = sorted({w for s in sentences for w in s})
idx = {w: i for i, w in enumerate(vocab)}
counts = np.zeros(len(vocab))
for s in sentences:
    for w in s:
        counts[idx[w]] += 1
noise = counts ** 0.75
noise /= noise.sum()

WINDOW, NEG = 2, 4
centre, context, label = [], [], []
for s in sentences:
    for i, w in enumerate(s):
        for j in range(max(0, i - WINDOW), min(len(s), i + WINDOW + 1)):
            if i == j:
                continue
            centre.append(idx[w])
            context.append(idx[s[j]])
            label.append(1)
            for neg in rng.choice(len(vocab), NEG, p=noise):
                centre.append(idx[w])
                context.append(neg)
                label.append(0)
centre, context = np.array(centre), np.array(context)
label = np.array(label, dtype="float32")

c_in = keras.Input((), dtype="int32", name="centre")
o_in = keras.Input((), dtype="int32", name="context")
emb = layers.Embedding(len(vocab), 8, name="word_vectors")
out_emb = layers.Embedding(len(vocab), 8, name="context_vectors")
logit = layers.Dot(axes=1)([emb(c_in), out_emb(o_in)])
model = keras.Model({"centre": c_in, "context": o_in}, logit)
model.compile(keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy(from_logits=True))
model.fit({"centre": centre, "context": context}, label, batch_size=512, epochs=6, verbose=2)

V = model.get_layer("word_vectors").get_weights()[0]
V = V / np.linalg.norm(V, axis=1, keepdims=True)
for w in ("cat", "apple", "iron"):
    sim = V @ V[idx[w]]
    print(w, "->", [vocab[i] for i in np.argsort(-sim)[1:5]])
