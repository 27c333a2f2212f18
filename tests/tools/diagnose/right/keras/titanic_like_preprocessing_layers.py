"""Tabular model with StringLookup, CategoryEncoding and Normalization inside the model."""
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.metrics import roc_auc_score

tf.keras.utils.set_random_seed(31)
rng = np.random.default_rng(31)

n = 1200
df = pd.DataFrame({
    "sex": rng.choice(["male", "female"], n, p=[0.6, 0.4]),
    "embarked": rng.choice(["S", "C", "Q"], n, p=[0.7, 0.2, 0.1]),
    "age": rng.gamma(6, 5, n).clip(1, 80),
    "fare": rng.lognormal(2.8, 0.9, n),
})
z = 1.8 * (df.sex == "female") - 0.02 * df.age + 0.4 * np.log(df.fare) - 1.2
df["survived"] = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int)

df = df.sample(frac=1.0, random_state=31).reset_index(drop=True)
train_df, val_df, test_df = df.iloc[:800], df.iloc[800:1000], df.iloc[1000:]

CATEGORICAL, NUMERIC = ["sex", "embarked"], ["age", "fare"]


def to_ds(frame, shuffle=False, batch=64):
    frame = frame.copy()
    y = frame.pop("survived").to_numpy()
    feats = {c: frame[c].to_numpy(dtype=str if c in CATEGORICAL else "float32")[:, None] for c in frame}
    feats = {k: tf.constant(v) for k, v in feats.items()}
    ds = tf.data.Dataset.from_tensor_slices((feats, y))
    if shuffle:
        ds = ds.shuffle(len(y), seed=31)
    return ds.batch(batch).prefetch(1)


inputs, encoded = {}, []
for col in NUMERIC:
    inp = tf.keras.Input((1,), name=col)
    norm = tf.keras.layers.Normalization(axis=-1)
    norm.adapt(train_df[col].to_numpy("float32")[:, None])
    inputs[col] = inp
    encoded.append(norm(inp))
for col in CATEGORICAL:
    inp = tf.keras.Input((1,), name=col, dtype="string")
    lookup = tf.keras.layers.StringLookup(vocabulary=sorted(train_df[col].unique()))
    onehot = tf.keras.layers.CategoryEncoding(num_tokens=lookup.vocabulary_size(), output_mode="multi_hot")
    inputs[col] = inp
    encoded.append(onehot(lookup(inp)))

x = tf.keras.layers.Concatenate()(encoded)
x = tf.keras.layers.Dense(32, activation="relu")(x)
x = tf.keras.layers.Dropout(0.3)(x)
out = tf.keras.layers.Dense(1)(x)
model = tf.keras.Model(inputs, out)

model.compile(
    optimizer="adam",
    loss=tf.keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[tf.keras.metrics.BinaryAccuracy(threshold=0.0, name="acc")],   # logit 0 is probability 1/2
)
model.fit(to_ds(train_df, shuffle=True), validation_data=to_ds(val_df), epochs=10, verbose=0)

logits = model.predict(to_ds(test_df), verbose=0).ravel()
print("test AUC", roc_auc_score(test_df.survived, logits))
