import keras
import pandas as pd

keras.utils.set_random_seed(0)
churn = pd.read_csv("churn.csv").drop(columns=["customer_id", "age"])
y = churn.pop("churn")
X = pd.get_dummies(churn, columns=["contract", "payment"], dtype="float32")
X["total_charges"] /= 1000

model = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(X.to_numpy(), y, epochs=2, verbose=0)
print("fitted")
