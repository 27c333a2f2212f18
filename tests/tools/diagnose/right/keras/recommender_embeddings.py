import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow.keras import layers, regularizers, Model, Input

tf.keras.utils.set_random_seed(17)
rng = np.random.default_rng(17)
N_USERS, N_ITEMS, K = 60, 40, 3
P, Q = rng.normal(0, .7, (N_USERS, K)), rng.normal(0, .7, (N_ITEMS, K))
pairs = np.array([(u, i) for u in range(N_USERS) for i in range(N_ITEMS) if rng.random() < .5])
rating = np.clip(3 + (P[pairs[:, 0]] * Q[pairs[:, 1]]).sum(1) + rng.normal(0, .2, len(pairs)), 1, 5)
ratings = pd.DataFrame({"user": [f"u{u:03d}" for u in pairs[:, 0]],
                        "item": [f"i{i:03d}" for i in pairs[:, 1]],
                        "rating": rating.astype("float32")}).sample(frac=1, random_state=17)

user2idx = {u: k for k, u in enumerate(ratings["user"].unique())}
item2idx = {i: k for k, i in enumerate(ratings["item"].unique())}
ratings["u"] = ratings["user"].map(user2idx)
ratings["i"] = ratings["item"].map(item2idx)
cut = int(.85 * len(ratings))
train, test = ratings.iloc[:cut], ratings.iloc[cut:]
mu = float(train["rating"].mean())

u_in, i_in = Input((1,), name="user"), Input((1,), name="item")
reg = regularizers.l2(1e-5)
u_vec = layers.Flatten()(layers.Embedding(len(user2idx), 8, embeddings_regularizer=reg)(u_in))
i_vec = layers.Flatten()(layers.Embedding(len(item2idx), 8, embeddings_regularizer=reg)(i_in))
u_b = layers.Flatten()(layers.Embedding(len(user2idx), 1)(u_in))
i_b = layers.Flatten()(layers.Embedding(len(item2idx), 1)(i_in))
dot = layers.Dot(axes=1)([u_vec, i_vec])
model = Model([u_in, i_in], layers.Add()([dot, u_b, i_b]))
model.compile("adam", "mse")
model.fit([train["u"].values, train["i"].values], train["rating"].values - mu,
          batch_size=32, epochs=15, verbose=0)

pred = model.predict([test["u"].values, test["i"].values], verbose=0).ravel() + mu
rmse = np.sqrt(((pred.clip(1, 5) - test["rating"].values) ** 2).mean())
print(f"RMSE {rmse:.3f}; global mean {np.sqrt(((test['rating'] - mu) ** 2).mean()):.3f}")
seen = set(train.loc[train.u == 0, "i"])
cand = np.array([i for i in item2idx.values() if i not in seen])
score = model.predict([np.zeros_like(cand), cand], verbose=0).ravel()
names = {v: k for k, v in item2idx.items()}
print("top 5:", [names[c] for c in cand[np.argsort(-score)[:5]]])
