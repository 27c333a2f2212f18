import keras
import numpy as np
from keras import initializers, layers


class Experiment:
    def __init__(self, spread):
        self.spread = spread

    def layer(self, units, activation):
        kernel = initializers.RandomNormal(stddev=self.spread, seed=units)
        return layers.Dense(units, activation=activation, kernel_initializer=kernel)

    def model(self):
        net = keras.Sequential([self.layer(33, "tanh"), self.layer(32, "tanh"), self.layer(1, "sigmoid")])
        net.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", metrics=["accuracy"])
        return net


keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(800, 12))
y = (x[:, :6].sum(axis=1) > 0).astype(int)
experiment = Experiment(spread=10.0)
net = experiment.model()
net.fit(x[:600], y[:600], epochs=10, verbose=0)
print("validation accuracy", net.evaluate(x[600:], y[600:], verbose=0)[1])
