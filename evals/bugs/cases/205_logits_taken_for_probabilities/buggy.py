import keras
import numpy as np


def build(features):
    inputs = keras.Input(shape=(features,))
    x = keras.layers.Dense(24, activation="relu")(inputs)
    outputs = keras.layers.Dense(1)(x)
    model = keras.Model(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.01),
        loss=keras.losses.BinaryCrossentropy(),
    )
    return model


def main():
    keras.utils.set_random_seed(3)
    rng = np.random.default_rng(3)
    x = rng.normal(size=(800, 10)).astype("float32")
    y = (x[:, :2].sum(axis=1) > 0).astype("float32")
    model = build(10)
    history = model.fit(x, y, epochs=8, batch_size=40, verbose=0)
    print("loss", history.history["loss"][-1])


if __name__ == "__main__":
    main()
