import time
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

tf.random.set_seed(0)
X, y = load_digits(return_X_y=True)
X = (X / 16.).astype(np.float32).reshape(-1, 8, 8, 1)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.2, random_state=0)

train_ds = tf.data.Dataset.from_tensor_slices((X_tr, y_tr)).shuffle(len(X_tr), seed=0).batch(64)
test_ds = tf.data.Dataset.from_tensor_slices((X_te, y_te)).batch(128)

model = tf.keras.Sequential([
    tf.keras.Input((8, 8, 1)),
    tf.keras.layers.Conv2D(16, 3, activation="relu"),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dropout(0.25),
    tf.keras.layers.Dense(10),
])
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = tf.keras.optimizers.Adam(2e-3)
train_acc = tf.keras.metrics.SparseCategoricalAccuracy()
train_loss = tf.keras.metrics.Mean()
test_acc = tf.keras.metrics.SparseCategoricalAccuracy()


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = loss_fn(y, logits)
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    train_loss.update_state(loss, sample_weight=tf.cast(tf.shape(y)[0], tf.float32))
    train_acc.update_state(y, logits)


@tf.function
def test_step(x, y):
    test_acc.update_state(y, model(x, training=False))


for epoch in range(6):
    t0 = time.time()
    train_loss.reset_state()
    train_acc.reset_state()
    test_acc.reset_state()
    for xb, yb in train_ds:
        train_step(xb, yb)
    for xb, yb in test_ds:
        test_step(xb, yb)
    print(f"epoch {epoch+1} loss {train_loss.result():.4f} acc {train_acc.result():.4f} "
          f"test {test_acc.result():.4f} ({time.time()-t0:.1f}s)")
