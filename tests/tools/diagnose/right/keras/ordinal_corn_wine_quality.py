import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(64)
rng = np.random.default_rng(64)

# grades 0..4 from a latent score; K-1 cumulative binary targets "grade > k"
K = 5
X = rng.normal(size=(1500, 6)).astype("float32")
latent = X @ np.array([1.0, -0.7, 0.5, 0.0, 0.3, 0.0]) + rng.logistic(0, 0.4, len(X))
grade = np.digitize(latent, [-1.5, -0.5, 0.5, 1.5])


def to_cumulative(g):
    return (g[:, None] > np.arange(K - 1)[None]).astype("float32")


class Coral(layers.Layer):
    """One shared slope, K-1 own thresholds."""

    def __init__(self, n_thresholds, **kw):
        super().__init__(**kw)
        self.n_thresholds = n_thresholds
        self.score = layers.Dense(1, use_bias=False)

    def build(self, shape):
        self.score.build(shape)
        self.b = self.add_weight(shape=(self.n_thresholds,), initializer="zeros", name="thresholds")

    def call(self, x):
        return ops.sigmoid(self.score(x) + self.b)


model = keras.Sequential([
    keras.Input((6,)),
    layers.Dense(24, activation="relu"),
    Coral(K - 1),
])
model.compile("adam", loss="binary_crossentropy")
X_tr, X_te, g_tr, g_te = X[:1200], X[1200:], grade[:1200], grade[1200:]
model.fit(X_tr, to_cumulative(g_tr), epochs=25, batch_size=64, verbose=0)

pred = (model.predict(X_te, verbose=0) > 0.5).sum(axis=1)
print("exact", np.mean(pred == g_te), " within one grade", np.mean(np.abs(pred - g_te) <= 1))
print("mean absolute error", np.abs(pred - g_te).mean(), " constant 2:", np.abs(2 - g_te).mean())
