"""Rare machine faults with a small Keras model: class weights from the training machines, best epoch restored."""
import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.metrics import average_precision_score
from sklearn.utils.class_weight import compute_class_weight

keras.utils.set_random_seed(3)

data = pd.read_csv("machine_readings.csv")
number = data["machine"].str[1:].astype(int)
cols = ["temperature", "vibration", "rpm"]
parts = {"train": number < 18, "valid": (number >= 18) & (number < 24), "test": number >= 24}   # whole machines
X = {k: data.loc[m, cols].to_numpy("float32") for k, m in parts.items()}
y = {k: data.loc[m, "fault"].to_numpy() for k, m in parts.items()}

norm = layers.Normalization()
norm.adapt(X["train"])

model = keras.Sequential([
    keras.Input(shape=(len(cols),)),
    norm,
    layers.Dense(16, activation="relu"),
    layers.Dropout(0.2),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(3e-3), loss="binary_crossentropy", metrics=[keras.metrics.AUC(curve="PR", name="pr_auc")])

w0, w1 = compute_class_weight("balanced", classes=np.array([0, 1]), y=y["train"])
stop = keras.callbacks.EarlyStopping(monitor="val_pr_auc", mode="max", patience=5, restore_best_weights=True)
h = model.fit(X["train"], y["train"], validation_data=(X["valid"], y["valid"]), epochs=25, batch_size=64,
              class_weight={0: w0, 1: w1}, callbacks=[stop], verbose=0)

p = model.predict(X["test"], verbose=0).ravel()
print(f"{len(h.history['loss'])} epochs; test AP {average_precision_score(y['test'], p):.3f} (fault rate {y['test'].mean():.3f})")
