import time

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

tf.random.set_seed(3)

X, y = load_digits(return_X_y=True)
X = (X / 16.0).astype(np.float32)
Xtr, Xva, ytr, yva = train_test_split(X, y, test_size=0.2, random_state=3, stratify=y)

train = tf.data.Dataset.from_tensor_slices((Xtr, ytr)).shuffle(len(Xtr)).batch(64).prefetch(tf.data.AUTOTUNE)
valid = tf.data.Dataset.from_tensor_slices((Xva, yva)).batch(256)

net = tf.keras.Sequential([
    tf.keras.layers.Input(shape=(64,)),
    tf.keras.layers.Dense(64, activation="relu", kernel_regularizer=tf.keras.regularizers.l2(1e-4)),
    tf.keras.layers.Dropout(0.3),
    tf.keras.layers.Dense(10),
])
criterion = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
adam = tf.keras.optimizers.Adam(3e-3)
tr_loss = tf.keras.metrics.Mean()
tr_acc = tf.keras.metrics.SparseCategoricalAccuracy()
va_acc = tf.keras.metrics.SparseCategoricalAccuracy()


@tf.function
def train_step(bx, by):
    with tf.GradientTape() as tape:
        logits = net(bx, training=True)
        loss = criterion(by, logits) + tf.add_n(net.losses)
    grads = tape.gradient(loss, net.trainable_variables)
    adam.apply_gradients(zip(grads, net.trainable_variables))
    tr_loss.update_state(loss)
    tr_acc.update_state(by, logits)


@tf.function
def valid_step(bx, by):
    va_acc.update_state(by, net(bx, training=False))


best, best_weights = 0.0, None
for epoch in range(1, 11):
    for m in (tr_loss, tr_acc, va_acc):
        m.reset_state()
    tic = time.time()
    for bx, by in train:
        train_step(bx, by)
    for bx, by in valid:
        valid_step(bx, by)
    acc = float(va_acc.result())
    if acc > best:
        best, best_weights = acc, net.get_weights()
    print(f"{epoch:02d} loss {tr_loss.result():.3f} acc {tr_acc.result():.3f} val {acc:.3f} ({time.time() - tic:.1f}s)")

net.set_weights(best_weights)
print("best validation accuracy", best)
