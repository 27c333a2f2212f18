import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from tensorflow import keras

keras.utils.set_random_seed(2)
df = pd.read_csv("telco_churn.csv")
target = (df.pop("Churn") == "Yes").astype("float32")
df = df.drop(columns="customerID")

train_x, test_x, train_y, test_y = train_test_split(df, target, test_size=0.2, stratify=target, random_state=2)
train_x, val_x, train_y, val_y = train_test_split(train_x, train_y, test_size=0.2, stratify=train_y, random_state=2)

fill = train_x["MonthlyCharges"].mean()
train_d = pd.get_dummies(train_x.fillna({"MonthlyCharges": fill}), dtype="float32")


def prepare(d):
    d = pd.get_dummies(d.fillna({"MonthlyCharges": fill}), dtype="float32")
    return d.reindex(columns=train_d.columns, fill_value=0).to_numpy("float32")


norm = keras.layers.Normalization()
norm.adapt(prepare(train_x))

model = keras.Sequential([
    keras.Input((train_d.shape[1],)),
    norm,
    keras.layers.Dense(24, activation="relu"),
    keras.layers.Dropout(0.3),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy", keras.metrics.AUC(name="auc")])
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True)
hist = model.fit(prepare(train_x), train_y.to_numpy(), validation_data=(prepare(val_x), val_y.to_numpy()),
                 epochs=25, batch_size=64, callbacks=[stop], verbose=0)
print("epochs:", len(hist.history["loss"]), "best val loss:", round(min(hist.history["val_loss"]), 4))

prob = model.predict(prepare(test_x), verbose=0).ravel()
print("AUC %.3f" % roc_auc_score(test_y, prob))
print("accuracy %.3f, always-no %.3f" % (np.mean((prob > 0.5) == test_y.to_numpy()), 1 - test_y.mean()))
