import keras, numpy as np
from keras import layers

keras.utils.set_random_seed(44)
rng = np.random.default_rng(44)
T, S = 6, 12


def clip(direction):
    """A bright square wanders right / left / up / down."""
    frames = np.zeros((T, S, S, 1), "float32")
    r, c = rng.integers(3, S - 5, 2)
    dr, dc = [(0, 1), (0, -1), (-1, 0), (1, 0)][direction]
    for t in range(T):
        rr, cc = (r + dr * t) % (S - 2), (c + dc * t) % (S - 2)
        frames[t, rr:rr + 3, cc:cc + 3] = 1.0
    return frames + rng.normal(0, 0.15, frames.shape).astype("float32")


def batch(n):
    y = rng.integers(0, 4, n)
    return np.stack([clip(k) for k in y]), y


x_tr, y_tr = batch(700)
x_va, y_va = batch(150)
x_te, y_te = batch(250)

per_frame = keras.Sequential([
    keras.Input((S, S, 1)),
    layers.Conv2D(8, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(24, activation="relu"),
], name="per_frame")

video = keras.Input((T, S, S, 1))
h = layers.TimeDistributed(per_frame)(video)
h = layers.GRU(24)(h)
net = keras.Model(video, layers.Dense(4, activation="softmax")(h))
net.compile(keras.optimizers.Adam(4e-3), "sparse_categorical_crossentropy", metrics=["sparse_categorical_accuracy"])
net.fit(x_tr, y_tr, validation_data=(x_va, y_va), epochs=12, batch_size=32, verbose=2,
        callbacks=[keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience=2)])
print("test", net.evaluate(x_te, y_te, verbose=0, return_dict=True))
