"""A rare class weighs more, and the score does not depend on a threshold."""
# needs: tensorflow, sklearn
# data: fraud
import keras
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(0)
fraud = pd.read_csv("fraud.csv")
y = fraud.pop("is_fraud").to_numpy()
X_train, X_test, y_train, y_test = train_test_split(fraud, y, test_size=0.3, random_state=0, stratify=y)
scaler = StandardScaler().fit(X_train)
model = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.AUC(curve="PR", name="pr")])
rare = float((y_train == 0).sum() / (y_train == 1).sum())
model.fit(scaler.transform(X_train), y_train, class_weight={0: 1.0, 1: rare}, epochs=6, batch_size=64, verbose=0)
print("area under precision and recall:", model.evaluate(scaler.transform(X_test), y_test, verbose=0)[1])
