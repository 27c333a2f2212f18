# Vortrainieren auf Ziffern 0-5, dann Transfer auf 6-9 in zwei Stufen.
import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(33)
d = load_digits()
X, y = (d.images / 16.0).astype("float32")[..., None], d.target

source = y <= 5
Xs, ys = X[source], y[source]
Xt, yt = X[~source], y[~source] - 6
Xt_pool, Xt_test, yt_pool, yt_test = train_test_split(Xt, yt, test_size=0.5, stratify=yt, random_state=33)
# nur wenige beschriftete Beispiele der Zielaufgabe
Xt_tr, Xt_val, yt_tr, yt_val = train_test_split(Xt_pool, yt_pool, train_size=80, test_size=80, stratify=yt_pool, random_state=33)

backbone = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        layers.Conv2D(24, 3, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.Conv2D(48, 3, strides=2, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.GlobalAveragePooling2D(),
    ],
    name="backbone",
)

pre = keras.Sequential([backbone, layers.Dense(6, activation="softmax")])
pre.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
pre.fit(Xs, ys, epochs=8, batch_size=64, verbose=0)

# --- Stufe 1: Rückgrat eingefroren
backbone.trainable = False
inp = keras.Input((8, 8, 1))
features = backbone(inp, training=False)
out = layers.Dense(4, activation="softmax")(layers.Dropout(0.2)(features))
model = keras.Model(inp, out)
model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
print("trainierbar:", len(model.trainable_weights))
model.fit(Xt_tr, yt_tr, validation_data=(Xt_val, yt_val), epochs=25, batch_size=20, verbose=0)
print("Stufe 1 val:", model.evaluate(Xt_val, yt_val, verbose=0)[1])

# --- Stufe 2: auftauen, kleine Lernrate
backbone.trainable = True
model.compile(keras.optimizers.Adam(3e-4), "sparse_categorical_crossentropy", metrics=["accuracy"])
print("trainierbar:", len(model.trainable_weights))
model.fit(
    Xt_tr, yt_tr,
    validation_data=(Xt_val, yt_val),
    epochs=25, batch_size=20, verbose=0,
    callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=6, restore_best_weights=True)],
)
print("Stufe 2 val:", model.evaluate(Xt_val, yt_val, verbose=0)[1])
print("Test       :", model.evaluate(Xt_test, yt_test, verbose=0)[1])
