"""The target is the input, as it should be here."""
# needs: tensorflow, sklearn
import keras
from sklearn.datasets import load_digits

keras.utils.set_random_seed(0)
x = load_digits().data / 16.0
encoder = keras.Sequential([keras.Input((64,)), keras.layers.Dense(24, activation="relu"), keras.layers.Dense(6)])
decoder = keras.Sequential([
    keras.Input((6,)),
    keras.layers.Dense(24, activation="relu"),
    keras.layers.Dense(64, activation="sigmoid"),
])
model = keras.Sequential([encoder, decoder])
model.compile("adam", "mse")
model.fit(x[:1500], x[:1500], epochs=8, batch_size=64, verbose=0)
print("error on others", model.evaluate(x[1500:], x[1500:], verbose=0))
