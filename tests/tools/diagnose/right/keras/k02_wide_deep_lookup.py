# Wide & deep on a mixed table. Preprocessing lives inside the model.
import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers
from sklearn.model_selection import train_test_split

SEED = 2024
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)

N = 3000
df = pd.DataFrame(
    {
        "city": rng.choice(["paris", "lyon", "nice", "lille"], N, p=[0.5, 0.25, 0.15, 0.1]),
        "device": rng.choice(["ios", "android", "web"], N),
        "age": rng.normal(41, 12, N).clip(18, 90),
        "income": rng.lognormal(10, 0.5, N),
    }
)
lift = (
    0.9 * (df.city == "paris") * (df.device == "ios")
    + 0.03 * (df.age - 41)
    + 0.8 * (np.log(df.income) - 10)
)
df["bought"] = (rng.random(N) < 1 / (1 + np.exp(-lift))).astype("float32")

train, test = train_test_split(df, test_size=0.2, random_state=SEED, stratify=df.bought)
train, val = train_test_split(train, test_size=0.2, random_state=SEED, stratify=train.bought)

CAT, NUM = ["city", "device"], ["age", "income"]


def to_ds(frame, training=False):
    feats = {c: frame[c].astype(object).to_numpy().astype("S").reshape(-1, 1) for c in CAT}
    feats |= {c: frame[c].to_numpy("float32").reshape(-1, 1) for c in NUM}
    ds = tf.data.Dataset.from_tensor_slices((feats, frame["bought"].to_numpy()))
    if training:
        ds = ds.shuffle(len(frame), seed=SEED)
    return ds.batch(64).prefetch(tf.data.AUTOTUNE)


train_ds, val_ds, test_ds = to_ds(train, True), to_ds(val), to_ds(test)

inputs, onehots, deep = {}, {}, []
for c in CAT:
    inputs[c] = keras.Input((1,), dtype="string", name=c)
    lookup = layers.StringLookup(vocabulary=sorted(train[c].unique()), output_mode="int")
    ids = lookup(inputs[c])
    n = lookup.vocabulary_size()
    onehots[c] = layers.CategoryEncoding(num_tokens=n, output_mode="one_hot")(ids)
    deep.append(layers.Flatten()(layers.Embedding(n, 3)(ids)))
for c in NUM:
    inputs[c] = keras.Input((1,), name=c)
    scaled = layers.Normalization(
        mean=float(train[c].mean()), variance=float(train[c].var())
    )(inputs[c])
    deep.append(scaled)

cross = layers.HashedCrossing(num_bins=32, output_mode="one_hot")((inputs["city"], inputs["device"]))
wide = layers.Dense(1, use_bias=False, kernel_regularizer="l2")(
    layers.Concatenate()([onehots["city"], onehots["device"], cross])
)
h = layers.Dense(32, activation="relu")(layers.Concatenate()(deep))
h = layers.Dense(16, activation="relu")(h)
out = layers.Activation("sigmoid", name="p")(layers.Add()([wide, layers.Dense(1)(h)]))

model = keras.Model(inputs, out)
model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.AUC(name="auc")])
model.fit(
    train_ds,
    validation_data=val_ds,
    epochs=8,
    callbacks=[keras.callbacks.EarlyStopping("val_auc", mode="max", patience=3, restore_best_weights=True)],
    verbose=2,
)
print(model.evaluate(test_ds, return_dict=True, verbose=0))
