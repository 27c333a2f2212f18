"""The Normalization layer learns from training rows and travels with the model."""
# needs: tensorflow, sklearn
import keras
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(0)
X, y = load_diabetes(return_X_y=True, scaled=False)
X_train, X_test, y_train, y_test = train_test_split(X.astype("float32"), y, random_state=0)
normalise = keras.layers.Normalization()
normalise.adapt(X_train)
model = keras.Sequential([normalise, keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.05), loss="mse", metrics=["mae"])
model.fit(X_train, y_train, epochs=20, verbose=0)
print("test MAE", model.evaluate(X_test, y_test, verbose=0)[1])
