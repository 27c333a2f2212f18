"""Next-letter model on random words: five letters, so log(5) = 1.61 is the best that can be had."""

import keras
import numpy as np
from keras import layers

LETTERS = "abcde"
LENGTH = 10
START = len(LETTERS)


class Words:
    """Random words as arrays of letter numbers."""

    def __init__(self, count, seed):
        self.rng = np.random.default_rng(seed)
        self.codes = self.rng.integers(0, len(LETTERS), (count, LENGTH))

    def pairs(self):
        """What the model reads, and what it is to say at each place."""
        inputs = self.codes
        targets = self.codes
        return inputs, targets

    def text(self, row):
        return "".join(LETTERS[code] for code in self.codes[row])


def build(width=24):
    inputs = keras.Input((None,), dtype="int32")
    x = layers.Embedding(len(LETTERS) + 1, 8)(inputs)
    x = layers.GRU(width, return_sequences=True)(x)
    x = layers.Dropout(0.1)(x)
    outputs = layers.Dense(len(LETTERS), activation="softmax")(x)
    model = keras.Model(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def main():
    keras.utils.set_random_seed(0)
    train, test = Words(800, seed=1), Words(200, seed=2)
    print("for example:", train.text(0), train.text(1))
    model = build()
    model.fit(*train.pairs(), batch_size=64, epochs=4, verbose=0)
    loss, accuracy = model.evaluate(*test.pairs(), verbose=0)
    print(f"accuracy per letter: {accuracy:.3f}")
    print(f"loss: {loss:.3f}")


if __name__ == "__main__":
    main()
