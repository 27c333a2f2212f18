import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(0)
X, y = load_diabetes(return_X_y=True, scaled=False)
X, y = X.astype("float32"), y.astype("float32")

normalise = layers.Normalization()
normalise.adapt(X)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)

model = keras.Sequential([normalise, layers.Dense(16, activation="relu"), layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.05), "mae")
model.fit(X_train, y_train, epochs=15, verbose=0)
print("test MAE", model.evaluate(X_test, y_test, verbose=0))
