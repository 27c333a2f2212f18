import numpy as np
import keras
from keras import layers
from sklearn.metrics import classification_report

keras.utils.set_random_seed(1)
rng = np.random.default_rng(1)
FIRST = ["anna", "john", "maria", "peter", "li", "omar", "june"]
CITY = ["paris", "oslo", "lima", "cairo", "june", "delhi"]
O = ["met", "in", "said", "that", "went", "to", "yesterday", "and", "with", "lives"]


def sentence():
    w, t = [], []
    for _ in range(rng.integers(1, 3)):
        w += [rng.choice(FIRST), rng.choice(["met", "said", "went"])]
        t += ["PER", "O"]
        for _ in range(rng.integers(0, 3)):
            w.append(rng.choice(O)); t.append("O")
        w += [rng.choice(["in", "to"]), rng.choice(CITY)]
        t += ["O", "LOC"]
    return w, t


data = [sentence() for _ in range(700)]
train, test = data[:500], data[500:]
vocab = {w: i + 2 for i, w in enumerate(sorted({w for s, _ in train for w in s}))}   # 0 pad, 1 unk
tags = ["O", "PER", "LOC"]
tag2i = {t: i for i, t in enumerate(tags)}
L = max(len(s) for s, _ in data)


def encode(d):
    X = np.zeros((len(d), L), "int32")
    Y = np.zeros((len(d), L), "int32")
    M = np.zeros((len(d), L), "float32")
    for i, (s, t) in enumerate(d):
        X[i, :len(s)] = [vocab.get(w, 1) for w in s]
        Y[i, :len(t)] = [tag2i[k] for k in t]
        M[i, :len(t)] = 1
    return X, Y, M


Xtr, Ytr, Mtr = encode(train)
Xte, Yte, Mte = encode(test)
model = keras.Sequential([
    keras.Input((L,), dtype="int32"),
    layers.Embedding(len(vocab) + 2, 16, mask_zero=True),
    layers.SpatialDropout1D(.1),
    layers.Bidirectional(layers.LSTM(16, return_sequences=True)),
    layers.TimeDistributed(layers.Dense(len(tags), activation="softmax")),
])
model.compile("adam", "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
model.fit(Xtr, Ytr, sample_weight=Mtr, epochs=8, batch_size=32, validation_split=.1, verbose=2)
pred = model.predict(Xte, verbose=0).argmax(-1)
real = Mte.astype(bool)
print(classification_report(Yte[real], pred[real], target_names=tags, digits=3))
