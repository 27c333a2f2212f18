import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class Distiller(keras.Model):
    def __init__(self, student, teacher, temperature=3.0, alpha=0.3):
        super().__init__()
        self.student = student
        self.teacher = teacher
        self.teacher.trainable = False
        self.temperature, self.alpha = temperature, alpha
        self.kl = keras.losses.KLDivergence()

    def call(self, x, training=False):
        return self.student(x, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        hard = super().compute_loss(x, y, y_pred, sample_weight)
        if not training:
            return hard
        soft_t = ops.softmax(self.teacher(x, training=False) / self.temperature, axis=-1)
        soft_s = ops.softmax(y_pred / self.temperature, axis=-1)
        soft = self.kl(soft_t, soft_s) * self.temperature**2
        return self.alpha * hard + (1.0 - self.alpha) * soft


def mlp(*units):
    return keras.Sequential([keras.Input((64,))] + [layers.Dense(u, activation="relu") for u in units] + [layers.Dense(10)])


def compile_(m, lr=3e-3):
    m.compile(
        keras.optimizers.Adam(lr),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["sparse_categorical_accuracy"],
    )
    return m


def main():
    keras.utils.set_random_seed(8)
    X, y = load_digits(return_X_y=True)
    X = (X / 16).astype("float32")
    X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, stratify=y, random_state=8)

    teacher = compile_(mlp(128, 128))
    teacher.fit(X_tr, y_tr, epochs=20, verbose=0)
    print("teacher ", teacher.evaluate(X_te, y_te, verbose=0)[1])

    keras.utils.set_random_seed(8)
    alone = compile_(mlp(12))
    alone.fit(X_tr, y_tr, epochs=20, verbose=0)
    print("alone   ", alone.evaluate(X_te, y_te, verbose=0)[1])

    keras.utils.set_random_seed(8)
    distiller = compile_(Distiller(mlp(12), teacher))
    distiller.fit(X_tr, y_tr, epochs=20, verbose=0)
    print("distilled", distiller.evaluate(X_te, y_te, verbose=0)[1])


if __name__ == "__main__":
    main()
