import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

tf.keras.utils.set_random_seed(61)
rng = np.random.default_rng(61)

GOOD = ["great", "lovely", "solid", "perfect", "happy"]
BAD = ["broken", "awful", "cheap", "late", "refund"]
FILL = ["the", "item", "box", "was", "and", "very", "it"]


def fake_review():
    price = rng.uniform(5, 100)
    good = rng.random() < 0.5
    pool = (GOOD if good else BAD) + FILL
    text = " ".join(rng.choice(pool, rng.integers(4, 10)))
    score = (1.5 if good else -1.5) - 0.03 * (price - 50)
    return text, price, float(rng.random() < 1 / (1 + np.exp(-score)))


rows = [fake_review() for _ in range(1200)]
texts = np.array([r[0] for r in rows], dtype=object)
prices = np.array([[r[1]] for r in rows], dtype="float32")
recommend = np.array([r[2] for r in rows], dtype="float32")

cut = 900
vectorize = layers.TextVectorization(max_tokens=100, output_sequence_length=10)
vectorize.adapt(tf.constant(texts[:cut].tolist()))
scale = layers.Normalization()
scale.adapt(prices[:cut])

tok = vectorize(tf.constant(texts.tolist())).numpy()

text_in = tf.keras.Input((10,), dtype="int64", name="tokens")
price_in = tf.keras.Input((1,), name="price")
t = layers.Embedding(vectorize.vocabulary_size(), 16, mask_zero=True)(text_in)
t = layers.GlobalAveragePooling1D()(t)        # honours the mask
h = layers.concatenate([t, scale(price_in)])
h = layers.Dense(16, activation="relu")(h)
out = layers.Dense(1, activation="sigmoid")(h)
model = tf.keras.Model(inputs=[text_in, price_in], outputs=out)
model.compile("adam", "binary_crossentropy", metrics=["accuracy", tf.keras.metrics.AUC(name="auc")])

model.fit([tok[:cut], prices[:cut]], recommend[:cut], validation_split=0.1, epochs=12, verbose=0)
print(dict(zip(["loss", "acc", "auc"], model.evaluate([tok[cut:], prices[cut:]], recommend[cut:], verbose=0))))
