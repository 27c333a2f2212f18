"""Wide & deep: crossed hashed features on the linear side, embeddings on the deep side."""
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

tf.keras.utils.set_random_seed(80)
rng = np.random.default_rng(80)
n = 1500
edu = rng.integers(0, 5, n)
job = rng.integers(0, 6, n)
age = rng.uniform(18, 70, n)
inter = rng.normal(0, 1, (5, 6))
p = 1 / (1 + np.exp(-(inter[edu, job] + 0.03 * (age - 40))))
y = (rng.random(n) < p).astype("float32")
cross = edu * 6 + job
age = age.astype("float32")[:, None]
cut1, cut2 = 1000, 1200


def pick(a, b):
    return {"edu": edu[a:b], "job": job[a:b], "cross": cross[a:b], "age": age[a:b]}, y[a:b]


ins = {k: tf.keras.Input((), dtype="int32", name=k) for k in ("edu", "job", "cross")}
ins["age"] = tf.keras.Input((1,), name="age")

wide = layers.CategoryEncoding(num_tokens=30, output_mode="one_hot")(ins["cross"])
norm = layers.Normalization()
norm.adapt(age[:cut1])
deep = layers.Concatenate()([
    layers.Embedding(5, 3)(ins["edu"]), layers.Embedding(6, 3)(ins["job"]), norm(ins["age"])])
for units in (32, 16):
    deep = layers.Dense(units, activation="relu")(deep)
logit = layers.Add()([layers.Dense(1, use_bias=False)(wide), layers.Dense(1)(deep)])
prob = layers.Activation("sigmoid")(logit)
model = tf.keras.Model(ins, prob)
model.compile(tf.keras.optimizers.Adam(3e-3), "binary_crossentropy", metrics=[tf.keras.metrics.AUC(name="auc")])

x_tr, y_tr = pick(0, cut1)
x_va, y_va = pick(cut1, cut2)
x_te, y_te = pick(cut2, n)
model.fit(x_tr, y_tr, validation_data=(x_va, y_va), epochs=15, batch_size=64, verbose=0,
          callbacks=[tf.keras.callbacks.EarlyStopping("val_auc", mode="max", patience=4, restore_best_weights=True)])
print(model.evaluate(x_te, y_te, verbose=0, return_dict=True))
