import keras
from sklearn.datasets import load_digits


def build(features, classes):
    inputs = keras.Input(shape=(features,))
    x = keras.layers.Dense(48, activation="relu")(inputs)
    outputs = keras.layers.Dense(classes)(x)
    model = keras.Model(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.003),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    return model


def main():
    keras.utils.set_random_seed(3)
    x, y = load_digits(return_X_y=True)
    model = build(64, 10)
    history = model.fit(x / 16, y, epochs=8, batch_size=40, verbose=0)
    print("accuracy", history.history["accuracy"][-1])


if __name__ == "__main__":
    main()
