import numpy as np
import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class MixupSequence(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size, alpha=0.2, seed=0, **kw):
        super().__init__(**kw)
        self.x, self.y, self.bs, self.alpha = x, y, batch_size, alpha
        self.rng = np.random.default_rng(seed)
        self.order = self.rng.permutation(len(x))

    def __len__(self):
        return int(np.ceil(len(self.x) / self.bs))

    def __getitem__(self, i):
        idx = self.order[i * self.bs:(i + 1) * self.bs]
        x, y = self.x[idx].copy(), self.y[idx]
        for img in x:                                     # cutout
            r, c = self.rng.integers(0, 7, 2)
            img[r:r + 2, c:c + 2] = 0
        lam = self.rng.beta(self.alpha, self.alpha, len(x)).astype("float32")
        p = self.rng.permutation(len(x))
        lx, ly = lam[:, None, None, None], lam[:, None]
        return lx * x + (1 - lx) * x[p], ly * y + (1 - ly) * y[p]

    def on_epoch_end(self):
        self.order = self.rng.permutation(len(self.x))


class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, peak, warmup, total):
        self.peak, self.warmup, self.total = peak, warmup, total

    def __call__(self, step):
        step = keras.ops.cast(step, "float32")
        up = self.peak * (step + 1.0) / self.warmup
        frac = keras.ops.clip((step - self.warmup) / (self.total - self.warmup), 0.0, 1.0)
        down = 0.5 * self.peak * (1.0 + keras.ops.cos(np.pi * frac))
        return keras.ops.where(step < self.warmup, up, down)

    def get_config(self):
        return {"peak": self.peak, "warmup": self.warmup, "total": self.total}


keras.utils.set_random_seed(19)
d = load_digits()
X = (d.images[..., None] / 16).astype("float32")
Y = np.eye(10, dtype="float32")[d.target]
X_tr, X_te, Y_tr, Y_te = train_test_split(X, Y, test_size=.25, stratify=d.target, random_state=19)
X_tr, X_va, Y_tr, Y_va = train_test_split(X_tr, Y_tr, test_size=.15, random_state=19)
seq = MixupSequence(X_tr, Y_tr, 64)
EPOCHS = 12
net = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(16, 3, padding="same"), layers.BatchNormalization(momentum=0.9), layers.Activation("relu"),
    layers.Conv2D(32, 3, strides=2, padding="same"), layers.BatchNormalization(momentum=0.9), layers.Activation("relu"),
    layers.GlobalAveragePooling2D(),
    layers.Dense(10, activation="softmax"),
])
net.compile(keras.optimizers.Adam(WarmupCosine(1e-2, len(seq), EPOCHS * len(seq))),
            "categorical_crossentropy", metrics=["accuracy"])
net.fit(seq, epochs=EPOCHS, validation_data=(X_va, Y_va), verbose=2)
print("test accuracy", net.evaluate(X_te, Y_te, verbose=0)[1])
