import keras
import numpy as np
import pandas as pd
from keras import layers

keras.utils.set_random_seed(23)
# filling the holes of the rating matrix, not predicting the future: random split
r = pd.read_csv("ratings.csv").sample(frac=1, random_state=23)
n_users, n_movies = int(r.user.max()) + 1, int(r.movie.max()) + 1
a, b = int(0.7 * len(r)), int(0.85 * len(r))
train, val, test = r[:a], r[a:b], r[b:]

user_in = keras.Input((1,), dtype="int32", name="user")
movie_in = keras.Input((1,), dtype="int32", name="movie")
u = layers.Flatten()(layers.Embedding(n_users, 4, embeddings_regularizer=keras.regularizers.L2(1e-4))(user_in))
m = layers.Flatten()(layers.Embedding(n_movies, 4, embeddings_regularizer=keras.regularizers.L2(1e-4))(movie_in))
bu = layers.Flatten()(layers.Embedding(n_users, 1)(user_in))
bm = layers.Flatten()(layers.Embedding(n_movies, 1)(movie_in))
dot = layers.Dot(axes=1)([u, m])
out = layers.Add()([dot, bu, bm])
model = keras.Model([user_in, movie_in], out)
model.compile(keras.optimizers.Adam(0.01), loss="mse")

mean = train.rating.mean()


def pack(d):
    return {"user": d.user.to_numpy("int32")[:, None], "movie": d.movie.to_numpy("int32")[:, None]}, (d.rating - mean).to_numpy("float32")[:, None]


xt, yt = pack(train)
model.fit(xt, yt, validation_data=pack(val), epochs=15, batch_size=64, verbose=0,
          callbacks=[keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)])
x, y = pack(test)
p = model.predict(x, verbose=0)
print("RMSE model %.3f" % np.sqrt(np.mean((p - y) ** 2)))
print("RMSE mean  %.3f" % np.sqrt(np.mean(y ** 2)))
