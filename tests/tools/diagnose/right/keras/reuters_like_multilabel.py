"""Multi-label tagging of synthetic tickets: sigmoid outputs, per-label thresholds."""
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers
from sklearn.metrics import f1_score, hamming_loss

tf.keras.utils.set_random_seed(4)
rng = np.random.default_rng(4)
TAGS = ["network", "billing", "login", "hardware"]
VOC = {
    "network": ["wifi", "router", "ping", "offline"],
    "billing": ["invoice", "refund", "charged", "price"],
    "login": ["password", "locked", "account", "code"],
    "hardware": ["screen", "keyboard", "battery", "fan"],
}
NOISE = ["please", "help", "since", "yesterday", "my", "the", "is", "not", "again", "customer"]


def ticket():
    y = (rng.random(4) < 0.35).astype("float32")
    words = list(rng.choice(NOISE, 6))
    for j, t in enumerate(TAGS):
        if y[j]:
            words += list(rng.choice(VOC[t], 2))
    rng.shuffle(words)
    return " ".join(words), y


docs, Y = zip(*(ticket() for _ in range(1000)))
docs, Y = np.array(docs), np.stack(Y)
tr, va, te = slice(0, 700), slice(700, 850), slice(850, None)

vec = layers.TextVectorization(output_mode="tf_idf", max_tokens=100)
vec.adapt(docs[tr])
F = {k: vec(docs[s]).numpy() for k, s in dict(tr=tr, va=va, te=te).items()}

model = tf.keras.Sequential([
    layers.Input((F["tr"].shape[1],)),
    layers.Dense(32, activation="relu"),
    layers.Dense(len(TAGS), activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy",
              metrics=[tf.keras.metrics.BinaryAccuracy(), tf.keras.metrics.AUC(multi_label=True)])
model.fit(F["tr"], Y[tr], validation_data=(F["va"], Y[va]), epochs=10, verbose=0)

p_va = model.predict(F["va"], verbose=0)
cands = np.linspace(.1, .9, 17)
thr = np.array([cands[np.argmax([f1_score(Y[va][:, j], p_va[:, j] > c, zero_division=0) for c in cands])]
                for j in range(len(TAGS))])
pred = (model.predict(F["te"], verbose=0) > thr).astype(int)
print("thresholds", dict(zip(TAGS, thr.round(2))))
print("micro f1", f1_score(Y[te], pred, average="micro"), "hamming", hamming_loss(Y[te], pred))
