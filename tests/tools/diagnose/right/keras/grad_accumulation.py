"""Gradient accumulation by hand, compared with the full-batch gradient."""
import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(512, 10)).astype("float32")
w_true = rng.normal(size=(10, 1)).astype("float32")
y = X @ w_true + 0.1 * rng.normal(size=(512, 1)).astype("float32")
X_val, y_val = X[448:], y[448:]
X, y = X[:448], y[:448]

model = tf.keras.Sequential([tf.keras.Input((10,)), tf.keras.layers.Dense(16, "tanh"),
                             tf.keras.layers.Dense(1)])
mse = tf.keras.losses.MeanSquaredError()
opt = tf.keras.optimizers.Adam(1e-2)
MICRO, ACCUM = 16, 4
accum = [tf.Variable(tf.zeros_like(v), trainable=False) for v in model.trainable_variables]


@tf.function
def micro_step(xb, yb):
    with tf.GradientTape() as tape:
        loss = mse(yb, model(xb, training=True))
    for a, g in zip(accum, tape.gradient(loss, model.trainable_variables)):
        a.assign_add(g / ACCUM)
    return loss


@tf.function
def apply():
    opt.apply_gradients(zip(accum, model.trainable_variables))
    for a in accum:
        a.assign(tf.zeros_like(a))


# check against one big batch
for k in range(ACCUM):
    micro_step(X[k * MICRO:(k + 1) * MICRO], y[k * MICRO:(k + 1) * MICRO])
with tf.GradientTape() as tape:
    big = mse(y[:MICRO * ACCUM], model(X[:MICRO * ACCUM]))
for a, g in zip(accum, tape.gradient(big, model.trainable_variables)):
    np.testing.assert_allclose(a.numpy(), g.numpy(), rtol=1e-3, atol=1e-5)
    a.assign(tf.zeros_like(a))
print("accumulated gradient equals the big-batch gradient")

ds = tf.data.Dataset.from_tensor_slices((X, y)).shuffle(448, seed=0).batch(MICRO, drop_remainder=True)
assert len(ds) % ACCUM == 0
for epoch in range(15):
    running = []
    for i, (xb, yb) in enumerate(ds, start=1):
        running.append(float(micro_step(xb, yb)))
        if i % ACCUM == 0:
            apply()
    if epoch % 5 == 4:
        print(epoch + 1, np.mean(running), float(mse(y_val, model(X_val, training=False))))
