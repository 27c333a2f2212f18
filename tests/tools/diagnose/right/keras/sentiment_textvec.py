import random
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

random.seed(3)
keras.utils.set_random_seed(3)

GOOD = "great wonderful lovely excellent delightful superb brilliant".split()
BAD = "awful boring terrible dreadful poor dull annoying".split()
FILL = "the movie was and plot with actor scene a very quite it music ending".split()


def sentence():
    label = random.randint(0, 1)
    words = random.choices(FILL, k=random.randint(5, 12))
    for w in random.choices(GOOD if label else BAD, k=random.randint(1, 3)):
        words.insert(random.randrange(len(words) + 1), w)
    return " ".join(words), label


texts, labels = zip(*[sentence() for _ in range(900)])
texts, labels = np.array(texts), np.array(labels, "float32")
train_x, test_x = texts[:700], texts[700:]
train_y, test_y = labels[:700], labels[700:]

vectorize = layers.TextVectorization(max_tokens=200, output_sequence_length=16)
vectorize.adapt(train_x)

train_ds = (tf.data.Dataset.from_tensor_slices((train_x, train_y))
            .shuffle(700, seed=3).batch(32)
            .map(lambda t, l: (vectorize(t), l)))

net = keras.Sequential([
    keras.Input((16,), dtype="int64"),
    layers.Embedding(vectorize.vocabulary_size(), 16, mask_zero=True),
    layers.GlobalAveragePooling1D(),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
net.compile("adam", "binary_crossentropy", metrics=["accuracy"])
net.fit(train_ds, epochs=8, verbose=2)

print(net.evaluate(vectorize(tf.constant(test_x)), test_y, verbose=0))
new = tf.constant(["a wonderful plot and superb music", "the scene was dull and very boring"])
for s, p in zip(new.numpy(), net.predict(vectorize(new), verbose=0)[:, 0]):
    print(s.decode(), "->", "pos" if p > 0.5 else "neg", round(float(p), 3))
