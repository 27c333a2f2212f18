# Sequences of purchases per customer, padded at the end; Masking makes the GRU skip the padding.
import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(8)
CUT = pd.Timestamp("2022-08-01")
PAD, MAXLEN = -1.0, 12

orders = pd.read_csv("orders.csv", parse_dates=["order_date"]).sort_values(["customer_id", "order_date"], kind="stable")
before, after = orders[orders["order_date"] < CUT], orders[orders["order_date"] >= CUT]

sequences, labels = [], []
for customer, rows in before.groupby("customer_id"):
    age = (CUT - rows["order_date"]).dt.days.to_numpy() / 300.0          # both values are positive, so PAD is unambiguous
    size = np.log1p(rows["amount"].to_numpy()) / 5.0
    sequences.append(np.stack([age, size], axis=1))
    labels.append(int((after["customer_id"] == customer).sum() >= 2))

X = keras.utils.pad_sequences(sequences, maxlen=MAXLEN, dtype="float32", padding="post", truncating="pre", value=PAD)
y = np.array(labels)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, stratify=y, random_state=8)

model = keras.Sequential([
    keras.Input((MAXLEN, 2)),
    layers.Masking(mask_value=PAD),
    layers.GRU(12),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(5e-3), "binary_crossentropy")
model.fit(X_tr, y_tr, epochs=15, batch_size=32, verbose=0)
p = model.predict(X_te, verbose=0)[:, 0]
print(f"{len(y)} customers, positive {y.mean():.2f}")
print(f"AUC GRU {roc_auc_score(y_te, p):.3f} | number of orders {roc_auc_score(y_te, (X_te[..., 0] != PAD).sum(1)):.3f}")
