# Ordinal grades 0..4 -> four "greater than k" questions that share one slope (CORAL)
import keras
import numpy as np
from keras import layers, ops
from sklearn.metrics import cohen_kappa_score, mean_absolute_error
from sklearn.model_selection import train_test_split

GRADES = 5


@keras.saving.register_keras_serializable("ordinal")
class SharedSlope(layers.Layer):
    def __init__(self, cuts, **kwargs):
        super().__init__(**kwargs)
        self.cuts = cuts

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], 1), initializer="glorot_uniform", name="w")
        self.b = self.add_weight(shape=(self.cuts,), initializer=lambda s, dtype=None: ops.linspace(1.0, -1.0, s[0]), name="b")

    def call(self, x):
        return ops.matmul(x, self.w) + self.b

    def get_config(self):
        return {**super().get_config(), "cuts": self.cuts}


def levels(y):
    return (y[:, None] > np.arange(GRADES - 1)).astype("float32")


keras.utils.set_random_seed(27)
rng = np.random.default_rng(27)
X = rng.normal(size=(3000, 8)).astype("float32")
latent = X @ rng.normal(size=8) + 0.5 * X[:, 0] * X[:, 1] + rng.logistic(0, 0.6, 3000)
y = np.digitize(latent, [-3.0, -1.0, 1.0, 3.0])
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.25, stratify=y, random_state=27)

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(16, activation="relu"),
    SharedSlope(GRADES - 1),
])
model.compile(keras.optimizers.Adam(4e-3), keras.losses.BinaryCrossentropy(from_logits=True))
model.fit(X_tr, levels(y_tr), epochs=20, batch_size=64, verbose=0)

grade = (model.predict(X_te, verbose=0) > 0).sum(axis=1)
print("MAE in grades", mean_absolute_error(y_te, grade))
print("quadratic kappa", cohen_kappa_score(y_te, grade, weights="quadratic"))
print("always the median grade:", mean_absolute_error(y_te, np.full_like(y_te, np.median(y_tr))))
