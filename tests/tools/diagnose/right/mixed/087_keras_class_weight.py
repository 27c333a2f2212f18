import keras
import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_class_weight

keras.utils.set_random_seed(14)
df = pd.read_csv("loans.csv")
df = pd.get_dummies(df.drop(columns=["loan_id", "issue_date"]), columns=["purpose"], dtype=float)
df["dti"] = df["amount"] / df["income"]
y = df.pop("default").to_numpy()

X_tr, X_te, y_tr, y_te = train_test_split(df, y, test_size=0.25, stratify=y, random_state=14)
X_tr, X_va, y_tr, y_va = train_test_split(X_tr, y_tr, test_size=0.25, stratify=y_tr, random_state=14)
fill = X_tr.median()
X_tr, X_va, X_te = (p.fillna(fill) for p in (X_tr, X_va, X_te))

norm = keras.layers.Normalization()
norm.adapt(X_tr.to_numpy("float32"))
weights = dict(enumerate(compute_class_weight("balanced", classes=np.array([0, 1]), y=y_tr)))
print("weights", {k: round(float(v), 2) for k, v in weights.items()})

model = keras.Sequential([
    norm,
    keras.layers.Dense(16, activation="relu"),
    keras.layers.Dense(1, activation="sigmoid", bias_initializer="zeros"),
])
model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.AUC(curve="PR", name="pr")])
model.fit(
    X_tr.to_numpy("float32"), y_tr, validation_data=(X_va.to_numpy("float32"), y_va),
    epochs=30, batch_size=64, class_weight=weights, verbose=0,
    callbacks=[keras.callbacks.EarlyStopping(monitor="val_pr", mode="max", patience=6, restore_best_weights=True)],
)
p = model.predict(X_te.to_numpy("float32"), verbose=0).ravel()
print(f"AUC {roc_auc_score(y_te, p):.3f} AP {average_precision_score(y_te, p):.3f} "
      f"balanced accuracy {balanced_accuracy_score(y_te, p > 0.5):.3f}")
