"""Words and numbers join in a functional model."""
# needs: tensorflow
import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
words = rng.integers(1, 50, (500, 8))
numbers = rng.normal(size=(500, 3))
y = ((words == 7).any(axis=1) | (numbers[:, 0] > 1)).astype("float32")

text_in = keras.Input((8,), dtype="int32")
number_in = keras.Input((3,))
text = layers.GlobalMaxPooling1D()(layers.Embedding(50, 8)(text_in))
joined = layers.concatenate([text, number_in])
out = layers.Dense(1, activation="sigmoid")(layers.Dense(16, activation="relu")(joined))
model = keras.Model([text_in, number_in], out)
model.compile("adam", "binary_crossentropy", metrics=["AUC"])
model.fit([words[:400], numbers[:400]], y[:400], epochs=8, verbose=0)
print(model.evaluate([words[400:], numbers[400:]], y[400:], verbose=0))
