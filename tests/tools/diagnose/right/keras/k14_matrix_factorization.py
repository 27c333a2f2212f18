import keras
import numpy as np
import pandas as pd
from keras import layers

keras.utils.set_random_seed(4)
rng = np.random.default_rng(4)
U, I, D = 150, 80, 3
pu, qi = rng.normal(size=(U, D)), rng.normal(size=(I, D))
bu, bi = rng.normal(0, 0.3, U), rng.normal(0, 0.3, I)

rows = []
for u in range(U):
    items = rng.choice(I, size=rng.integers(20, 40), replace=False)
    for pos, i in enumerate(items):
        r = 3.3 + bu[u] + bi[i] + 0.6 * pu[u] @ qi[i] + rng.normal(0, 0.3)
        rows.append((u, i, np.clip(r, 1, 5), pos))
ratings = pd.DataFrame(rows, columns=["user", "item", "rating", "ts"])

# each user's last rating is for the test, the one before for validation
order = ratings.groupby("user")["ts"].rank(ascending=False, method="first")
train, val, test = ratings[order > 2], ratings[order == 2], ratings[order == 1]
mu = float(train.rating.mean())


class BiasedMF(keras.Model):
    def __init__(self, n_users, n_items, dim, offset, reg=1e-5):
        super().__init__()
        l2 = keras.regularizers.L2(reg)
        self.p = layers.Embedding(n_users, dim, embeddings_regularizer=l2)
        self.q = layers.Embedding(n_items, dim, embeddings_regularizer=l2)
        self.b_u = layers.Embedding(n_users, 1, embeddings_initializer="zeros")
        self.b_i = layers.Embedding(n_items, 1, embeddings_initializer="zeros")
        self.offset = offset

    def call(self, ids):
        u, i = ids[:, 0], ids[:, 1]
        dot = keras.ops.sum(self.p(u) * self.q(i), axis=-1, keepdims=True)
        return self.offset + self.b_u(u) + self.b_i(i) + dot


def xy(f):
    return f[["user", "item"]].to_numpy("int32"), f["rating"].to_numpy("float32")[:, None]


model = BiasedMF(U, I, 8, mu)
model.compile(
    optimizer=keras.optimizers.Adam(1e-2),
    loss="mse",
    metrics=[keras.metrics.RootMeanSquaredError(name="rmse")],
)
model.fit(
    *xy(train),
    validation_data=xy(val),
    batch_size=128,
    epochs=30,
    verbose=0,
    callbacks=[keras.callbacks.EarlyStopping("val_rmse", patience=4, mode="min", restore_best_weights=True)],
)
x_te, y_te = xy(test)
pred = np.clip(model.predict(x_te, verbose=0), 1, 5)
print("RMSE model       ", np.sqrt(np.mean((pred - y_te) ** 2)).round(3))
print("RMSE global mean ", np.sqrt(np.mean((mu - y_te) ** 2)).round(3))
