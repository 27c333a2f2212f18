# classe rara: i pesi si calcolano solo sul train; alla fine AP e recall
import numpy as np
import keras
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score, classification_report
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_class_weight

keras.utils.set_random_seed(6)
X, y = make_classification(n_samples=3000, n_features=15, n_informative=6, weights=[0.94], random_state=6)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=6)

w = compute_class_weight("balanced", classes=np.array([0, 1]), y=y_train)
model = keras.Sequential([keras.Input((15,)), keras.layers.Dense(24, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(X_train, y_train, epochs=15, batch_size=64, class_weight={0: w[0], 1: w[1]}, verbose=0)

p = model.predict(X_test, verbose=0).ravel()
print(classification_report(y_test, p > 0.5, digits=3))
print("average precision %.3f (base rate %.3f)" % (average_precision_score(y_test, p), y_test.mean()))
