import keras
import numpy as np
from keras import layers

texts = ["good film", "bad film", "good plot bad acting", "a good play", "a bad play indeed"] * 20
labels = np.array([1, 0, 0, 1, 0] * 20)
vocabulary = {word: i for i, word in enumerate(sorted({w for t in texts for w in t.split()}), start=1)}
sequences = [[vocabulary[w] for w in t.split()] for t in texts]
padded = keras.utils.pad_sequences(sequences, maxlen=5)

keras.utils.set_random_seed(0)
model = keras.Sequential([
    layers.Embedding(input_dim=len(vocabulary) + 1, output_dim=8),
    layers.GlobalAveragePooling1D(),
    layers.Dense(1, activation="sigmoid"),
])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(padded, labels, epochs=2, verbose=0)
print("training accuracy", history.history["accuracy"])
