import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.metrics import roc_auc_score


def make_pairs(x, y, n_per_sample, rng):
    by_class = {c: np.flatnonzero(y == c) for c in np.unique(y)}
    classes = list(by_class)
    left, right, same = [], [], []
    for i in range(len(x)):
        for _ in range(n_per_sample):
            j = rng.choice(by_class[y[i]])
            left.append(i), right.append(j), same.append(1.0)
            other = rng.choice([c for c in classes if c != y[i]])
            j = rng.choice(by_class[other])
            left.append(i), right.append(j), same.append(0.0)
    return (x[left], x[right]), np.asarray(same, "float32")


def contrastive_loss(margin=1.0):
    def loss(y_true, dist):
        y_true = ops.cast(y_true, dist.dtype)
        return ops.mean(
            y_true * ops.square(dist)
            + (1.0 - y_true) * ops.square(ops.maximum(margin - dist, 0.0)),
            axis=-1,
        )

    return loss


def tower():
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.Conv2D(32, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(16),
        ]
    )


def build():
    a, b = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    shared = tower()
    ea, eb = shared(a), shared(b)
    dist = layers.Lambda(
        lambda t: ops.sqrt(ops.sum(ops.square(t[0] - t[1]), axis=-1, keepdims=True) + 1e-9),
        output_shape=(1,),
    )([ea, eb])
    return keras.Model([a, b], dist)


if __name__ == "__main__":
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(1)
    d = load_digits()
    x = (d.images / 16.0).astype("float32")[..., None]
    x_tr, x_te, y_tr, y_te = train_test_split(x, d.target, test_size=0.3, stratify=d.target, random_state=1)
    (la, ra), sa = make_pairs(x_tr, y_tr, 2, rng)
    (lb, rb), sb = make_pairs(x_te, y_te, 1, rng)
    net = build()
    net.compile(keras.optimizers.Adam(2e-3), loss=contrastive_loss())
    net.fit([la, ra], sa[:, None], batch_size=64, epochs=6, verbose=2)
    dist = net.predict([lb, rb], verbose=0).ravel()
    print("verification AUC", roc_auc_score(sb, -dist))
