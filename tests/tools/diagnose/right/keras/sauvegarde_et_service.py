# Apprentissage puis « service » : le fichier des poids, le normaliseur et les noms de classes vont ensemble
import json
import pickle
import tempfile
from pathlib import Path

import numpy as np
import keras
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler

DOSSIER = Path(tempfile.mkdtemp())


def construire(n_entrees, n_classes):
    return keras.Sequential([
        keras.Input((n_entrees,)),
        keras.layers.Dense(16, activation="tanh"),
        keras.layers.Dense(n_classes, activation="softmax"),
    ])


def entrainer():
    keras.utils.set_random_seed(0)
    iris = load_iris()
    Xa, Xt, ya, yt = train_test_split(iris.data, iris.target, test_size=0.2, random_state=0, stratify=iris.target)
    norm = MinMaxScaler().fit(Xa)
    reseau = construire(4, 3)
    reseau.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    reseau.fit(norm.transform(Xa), ya, epochs=40, batch_size=16, verbose=0)

    reseau.save_weights(DOSSIER / "modele.weights.h5")
    with open(DOSSIER / "norm.pkl", "wb") as f:
        pickle.dump(norm, f)
    (DOSSIER / "classes.json").write_text(json.dumps(list(iris.target_names)))
    return Xt, yt


class Service:
    def __init__(self, dossier):
        self.classes = json.loads((dossier / "classes.json").read_text())
        with open(dossier / "norm.pkl", "rb") as f:
            self.norm = pickle.load(f)
        self.reseau = construire(4, len(self.classes))
        self.reseau.load_weights(dossier / "modele.weights.h5")

    def __call__(self, lignes):
        # pas besoin de compile() pour predict()
        p = self.reseau.predict(self.norm.transform(np.atleast_2d(lignes)), verbose=0)
        return [(self.classes[i], float(p[k, i])) for k, i in enumerate(p.argmax(1))]


X_test, y_test = entrainer()
service = Service(DOSSIER)
reponses = service(X_test)
juste = np.mean([r[0] == service.classes[t] for r, t in zip(reponses, y_test)])
print("exactitude :", juste, "| exemple :", service([5.1, 3.5, 1.4, 0.2]))
