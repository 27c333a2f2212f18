"""Labels that do not exclude each other: one sigmoid each, and binary cross-entropy."""
# needs: tensorflow
import keras
import numpy as np

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(800, 10)).astype("float32")
labels = np.stack([x[:, 0] > 0, x[:, 1] + x[:, 2] > 0, x[:, 3] > 0.5], axis=1).astype("float32")
model = keras.Sequential([
    keras.layers.Dense(24, activation="relu"),
    keras.layers.Dense(3, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=[keras.metrics.AUC(multi_label=True)])
model.fit(x[:600], labels[:600], epochs=10, verbose=0)
print("AUC", model.evaluate(x[600:], labels[600:], verbose=0)[1])
