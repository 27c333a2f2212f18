import numpy as np
from tensorflow import keras
from tensorflow.keras.wrappers.scikit_learn import KerasClassifier

keras.utils.set_random_seed(0)


def build(X, y):
    model = keras.Sequential([keras.Input((X.shape[1],)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "categorical_crossentropy")
    return model


X = np.random.default_rng(0).normal(size=(120, 3))
y = (X[:, 0] > 0).astype(int)
clf = KerasClassifier(build_fn=lambda: build(X, y), epochs=2, verbose=0)
clf.fit(X, y)
print(np.mean(np.ravel(clf.predict(X)) == y))
