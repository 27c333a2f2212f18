import os
import tempfile

import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split


@keras.saving.register_keras_serializable(package="wine")
class GatedDense(layers.Layer):
    def __init__(self, units, activation="tanh", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 2 * self.units), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(2 * self.units,), initializer="zeros", name="bias")

    def call(self, inputs):
        value, gate = ops.split(ops.matmul(inputs, self.kernel) + self.bias, 2, axis=-1)
        return self.activation(value) * ops.sigmoid(gate)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "activation": keras.activations.serialize(self.activation)}


keras.utils.set_random_seed(6)
X, y = load_wine(return_X_y=True)
X_tr, X_te, y_tr, y_te = train_test_split(X.astype("float32"), y, test_size=0.3, stratify=y, random_state=6)

norm = layers.Normalization()
norm.adapt(X_tr)
model = keras.Sequential([keras.Input((13,)), norm, GatedDense(24), layers.Dense(3)])
model.compile(optimizer=keras.optimizers.Adam(1e-2), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
model.fit(X_tr, y_tr, epochs=20, batch_size=32, verbose=0)

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "wine.keras")
    model.save(path)
    again = keras.saving.load_model(path)

np.testing.assert_allclose(model.predict(X_te, verbose=0), again.predict(X_te, verbose=0), rtol=1e-5, atol=1e-5)
print("accuracy after loading:", round(again.evaluate(X_te, y_te, verbose=0, return_dict=True)["accuracy"], 3))
# training can go on: optimizer state travels in the .keras file
print("optimizer step stored:", int(again.optimizer.iterations) == int(model.optimizer.iterations))
