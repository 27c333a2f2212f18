# Destilación: un maestro grande enseña a un alumno pequeño (logits + temperatura)
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tensorflow import keras

keras.utils.set_random_seed(10)
X, y = load_digits(return_X_y=True)
X = X.astype("float32") / 16.0
X_ent, X_pru, y_ent, y_pru = train_test_split(X, y, test_size=0.25, random_state=10, stratify=y)


def red(ocultas, nombre):
    capas = [keras.Input((64,))]
    capas += [keras.layers.Dense(n, activation="relu") for n in ocultas]
    capas += [keras.layers.Dense(10)]
    return keras.Sequential(capas, name=nombre)


maestro = red([128, 128], "maestro")
maestro.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
maestro.fit(X_ent, y_ent, epochs=15, verbose=0)
maestro.trainable = False


class Destilador(keras.Model):
    def __init__(self, alumno, maestro, T=4.0, alfa=0.3):
        super().__init__()
        self.alumno, self.maestro = alumno, maestro
        self.T, self.alfa = T, alfa
        self.dura = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.kl = keras.losses.KLDivergence()
        self.m_loss = keras.metrics.Mean(name="loss")
        self.m_acc = keras.metrics.SparseCategoricalAccuracy(name="acc")

    @property
    def metrics(self):
        return [self.m_loss, self.m_acc]

    def train_step(self, datos):
        x, y = datos
        logits_m = self.maestro(x, training=False)
        with tf.GradientTape() as cinta:
            logits_a = self.alumno(x, training=True)
            dura = self.dura(y, logits_a)
            blanda = self.kl(tf.nn.softmax(logits_m / self.T), tf.nn.softmax(logits_a / self.T))
            perdida = self.alfa * dura + (1 - self.alfa) * self.T ** 2 * blanda
        v = self.alumno.trainable_variables
        self.optimizer.apply_gradients(zip(cinta.gradient(perdida, v), v))
        self.m_loss.update_state(perdida)
        self.m_acc.update_state(y, logits_a)
        return {m.name: m.result() for m in self.metrics}


alumno = red([16], "alumno")
d = Destilador(alumno, maestro)
d.compile(optimizer=keras.optimizers.Adam(5e-3))
d.fit(X_ent, y_ent, epochs=15, batch_size=64, verbose=0)

for nombre, m in (("maestro", maestro), ("alumno", alumno)):
    print(nombre, np.mean(m.predict(X_pru, verbose=0).argmax(1) == y_pru))
