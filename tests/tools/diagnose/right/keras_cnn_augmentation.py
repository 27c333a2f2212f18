"""Digits CNN; the augmentation layers are active in fit() and inert in evaluate()/predict()."""
import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


def load(seed):
    d = load_digits()
    x = d.images[..., np.newaxis].astype("float32")
    y = keras.utils.to_categorical(d.target, 10)
    x_fit, x_test, y_fit, y_test = train_test_split(x, y, test_size=0.25, stratify=d.target, random_state=seed)
    x_fit, x_val, y_fit, y_val = train_test_split(x_fit, y_fit, test_size=0.15, stratify=y_fit.argmax(1), random_state=seed)
    return (x_fit, y_fit), (x_val, y_val), (x_test, y_test)


def build():
    return keras.Sequential([
        keras.Input((8, 8, 1)),
        layers.Rescaling(1 / 16),
        layers.RandomTranslation(0.1, 0.1, fill_mode="constant"),
        layers.Conv2D(16, 3, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.Activation("relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])


if __name__ == "__main__":
    keras.utils.set_random_seed(2)
    train, val, test = load(2)
    model = build()
    model.compile(keras.optimizers.Adam(5e-3), loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.05), metrics=["accuracy"])
    model.fit(*train, validation_data=val, epochs=10, batch_size=64, verbose=0,
              callbacks=[keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=2)])
    for name, part in {"train": train, "valid": val, "test": test}.items():
        loss, acc = model.evaluate(*part, verbose=0)
        print(f"{name:6s} loss {loss:.3f} accuracy {acc:.3f}")
