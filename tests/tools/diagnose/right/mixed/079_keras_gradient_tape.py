"""Logistic regression and an MLP with a hand-written loop."""
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

tf.random.set_seed(2)
X, y = load_breast_cancer(return_X_y=True)
X_tr, X_te, y_tr, y_te = train_test_split(X.astype("float32"), y.astype("float32"), test_size=0.3,
                                          stratify=y, random_state=2)
norm = tf.keras.layers.Normalization()
norm.adapt(X_tr)

train_ds = tf.data.Dataset.from_tensor_slices((X_tr, y_tr[:, None])).shuffle(len(X_tr), seed=2).batch(32)

model = tf.keras.Sequential([norm, tf.keras.layers.Dense(16, activation="relu"), tf.keras.layers.Dense(1)])
loss_fn = tf.keras.losses.BinaryCrossentropy(from_logits=True)
opt = tf.keras.optimizers.Adam(3e-3)
running = tf.keras.metrics.Mean()


@tf.function
def step(x, t):
    with tf.GradientTape() as tape:
        z = model(x, training=True)
        loss = loss_fn(t, z)
    grads = tape.gradient(loss, model.trainable_variables)
    grads, _ = tf.clip_by_global_norm(grads, 5.0)
    opt.apply_gradients(zip(grads, model.trainable_variables))
    running.update_state(loss)


for epoch in range(15):
    running.reset_state()
    for x, t in train_ds:
        step(x, t)
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1}: train loss {running.result():.4f}")

score = tf.sigmoid(model(X_te, training=False)).numpy().ravel()
print("test AUC %.4f, accuracy %.4f" % (roc_auc_score(y_te, score), np.mean((score > 0.5) == (y_te > 0.5))))
