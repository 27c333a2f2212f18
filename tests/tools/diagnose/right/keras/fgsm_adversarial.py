import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

EPS = 0.1
loss_object = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def build():
    return tf.keras.Sequential([
        tf.keras.Input((64,)),
        tf.keras.layers.Dense(64, activation="relu"),
        tf.keras.layers.Dense(10),
    ])


def fgsm(model, x, y, eps):
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = loss_object(y, model(x, training=False))
    return tf.stop_gradient(tf.clip_by_value(x + eps * tf.sign(tape.gradient(loss, x)), 0.0, 1.0))


def train(model, ds, epochs, adversarial):
    opt = tf.keras.optimizers.Adam(3e-3)

    @tf.function
    def step(x, y):
        x_adv = fgsm(model, x, y, EPS) if adversarial else x
        with tf.GradientTape() as tape:
            loss = loss_object(y, model(x, training=True))
            if adversarial:
                loss = 0.5 * loss + 0.5 * loss_object(y, model(x_adv, training=True))
        g = tape.gradient(loss, model.trainable_variables)
        opt.apply_gradients(zip(g, model.trainable_variables))
        return loss

    for _ in range(epochs):
        for x, y in ds:
            step(x, y)
    return model


def accuracy(model, x, y):
    return float(np.mean(tf.argmax(model(x, training=False), axis=-1).numpy() == y))


def main():
    tf.keras.utils.set_random_seed(4)
    X, y = load_digits(return_X_y=True)
    X = (X / 16.0).astype(np.float32)
    Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=.25, stratify=y, random_state=4)
    ds = tf.data.Dataset.from_tensor_slices((Xtr, ytr)).shuffle(len(Xtr)).batch(32)
    for adv in (False, True):
        m = train(build(), ds, 10, adv)
        print("adversarial training" if adv else "plain training",
              "clean %.3f" % accuracy(m, Xte, yte),
              "fgsm %.3f" % accuracy(m, fgsm(m, Xte, yte, EPS), yte))


main()
