import numpy as np
import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split

CFG = dict(seed=0, filters=(16, 32), dropout=0.3, lr=2e-3, epochs=8, batch=64)


def get_data(seed):
    bunch = load_digits()
    images = (bunch.images / 16.0).astype("float32")[..., np.newaxis]
    labels = bunch.target
    xtr, xte, ytr, yte = train_test_split(
        images, labels, test_size=0.2, random_state=seed, stratify=labels
    )
    return (xtr, keras.utils.to_categorical(ytr, 10)), (xte, yte)


def build(cfg):
    inp = keras.Input((8, 8, 1))
    h = inp
    for f in cfg["filters"]:
        h = layers.Conv2D(f, 3, padding="same", use_bias=False)(h)
        h = layers.BatchNormalization(momentum=0.9)(h)
        h = layers.ReLU()(h)
        h = layers.MaxPooling2D()(h)
    h = layers.Flatten()(h)
    h = layers.Dropout(cfg["dropout"])(h)
    out = layers.Dense(10)(h)
    return keras.Model(inp, out)


def main():
    keras.utils.set_random_seed(CFG["seed"])
    (xtr, ytr), (xte, yte) = get_data(CFG["seed"])
    net = build(CFG)
    net.compile(
        keras.optimizers.Adam(CFG["lr"]),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.05),
        metrics=["accuracy"],
    )
    net.fit(xtr, ytr, epochs=CFG["epochs"], batch_size=CFG["batch"], verbose=2)
    # logits are enough for the argmax
    pred = net.predict(xte, verbose=0).argmax(-1)
    print(classification_report(yte, pred, digits=3))


if __name__ == "__main__":
    main()
