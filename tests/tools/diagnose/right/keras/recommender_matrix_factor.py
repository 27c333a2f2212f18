import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.model_selection import train_test_split

tf.keras.utils.set_random_seed(4)
rng = np.random.default_rng(4)

# ---- synthetic ratings -------------------------------------------------
N_USERS, N_MOVIES, RANK = 80, 60, 3
U, V = rng.normal(size=(N_USERS, RANK)), rng.normal(size=(N_MOVIES, RANK))
rows = []
for u in range(N_USERS):
    for m in rng.choice(N_MOVIES, 30, replace=False):
        rows.append((1000 + u, 500 + m, float(np.clip(3 + 0.6 * U[u] @ V[m] + rng.normal(0, .3), 0.5, 5))))
ratings = pd.DataFrame(rows, columns=["userId", "movieId", "rating"])

# ---- contiguous ids ----------------------------------------------------
user_map = {u: i for i, u in enumerate(ratings.userId.unique())}
movie_map = {m: i for i, m in enumerate(ratings.movieId.unique())}
ratings["u"] = ratings.userId.map(user_map)
ratings["m"] = ratings.movieId.map(movie_map)

train, test = train_test_split(ratings, test_size=0.2, random_state=4)
train, valid = train_test_split(train, test_size=0.1, random_state=4)
mean_rating = train.rating.mean()


class MatrixFactorisation(tf.keras.Model):
    def __init__(self, n_users, n_items, dim, mu):
        super().__init__()
        reg = tf.keras.regularizers.L2(1e-5)
        self.mu = float(mu)
        self.user = tf.keras.layers.Embedding(n_users, dim, embeddings_regularizer=reg)
        self.item = tf.keras.layers.Embedding(n_items, dim, embeddings_regularizer=reg)
        self.user_bias = tf.keras.layers.Embedding(n_users, 1)
        self.item_bias = tf.keras.layers.Embedding(n_items, 1)

    def call(self, x):
        u, i = x[:, 0], x[:, 1]
        dot = tf.reduce_sum(self.user(u) * self.item(i), axis=1, keepdims=True)
        return self.mu + dot + self.user_bias(u) + self.item_bias(i)


model = MatrixFactorisation(len(user_map), len(movie_map), 8, mean_rating)
model.compile(optimizer=tf.keras.optimizers.Adam(0.01), loss="mse",
              metrics=[tf.keras.metrics.RootMeanSquaredError(name="rmse")])
model.fit(train[["u", "m"]].to_numpy("int32"), train.rating.to_numpy("float32"),
          validation_data=(valid[["u", "m"]].to_numpy("int32"), valid.rating.to_numpy("float32")),
          epochs=25, batch_size=64, verbose=0,
          callbacks=[tf.keras.callbacks.EarlyStopping(monitor="val_rmse", mode="min", patience=3,
                                                      restore_best_weights=True)])

pred = model.predict(test[["u", "m"]].to_numpy("int32"), verbose=0).ravel().clip(0.5, 5)
print("test RMSE", np.sqrt(np.mean((pred - test.rating) ** 2)), "  mean only", (test.rating - mean_rating).std())
