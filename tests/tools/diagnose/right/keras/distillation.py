import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class Distiller(keras.Model):
    def __init__(self, student, teacher):
        super().__init__()
        self.student, self.teacher = student, teacher
        self.teacher.trainable = False

    def compile(self, optimizer, metrics, student_loss, alpha=0.3, temperature=4.0):
        super().compile(optimizer=optimizer, loss=student_loss, metrics=metrics)
        self.student_loss_fn = student_loss
        self.kl = keras.losses.KLDivergence()
        self.alpha, self.temperature = alpha, temperature

    def call(self, x, training=None):
        return self.student(x, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        hard = self.student_loss_fn(y, y_pred)
        if not training:
            return hard
        T = self.temperature
        t_logits = self.teacher(x, training=False)
        soft = self.kl(tf.nn.softmax(t_logits / T, axis=1), tf.nn.softmax(y_pred / T, axis=1)) * T ** 2
        return self.alpha * hard + (1 - self.alpha) * soft


def net(units):
    return keras.Sequential([keras.Input((64,))] +
                            [layers.Dense(u, activation="relu") for u in units] +
                            [layers.Dense(10)])


keras.utils.set_random_seed(1)
X, y = load_digits(return_X_y=True)
X = (X / 16).astype("float32")
Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=.3, random_state=1)
ce = lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True)
acc = lambda: [keras.metrics.SparseCategoricalAccuracy(name="acc")]

teacher = net([128, 128])
teacher.compile("adam", ce(), metrics=acc())
teacher.fit(Xtr, ytr, epochs=12, batch_size=32, verbose=0)
print("teacher", teacher.evaluate(Xte, yte, verbose=0)[1])

student = net([8])
distiller = Distiller(student, teacher)
distiller.compile(keras.optimizers.Adam(5e-3), acc(), ce())
distiller.fit(Xtr, ytr, epochs=12, batch_size=32, verbose=0)
print("student, distilled", distiller.evaluate(Xte, yte, verbose=0, return_dict=True)["acc"])

alone = net([8])
alone.compile(keras.optimizers.Adam(5e-3), ce(), metrics=acc())
alone.fit(Xtr, ytr, epochs=12, batch_size=32, verbose=0)
print("student, alone", alone.evaluate(Xte, yte, verbose=0)[1])
