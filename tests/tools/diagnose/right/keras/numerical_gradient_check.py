"""Check a custom layer's backward pass (tf.custom_gradient) against central differences."""
import numpy as np
import tensorflow as tf

tf.keras.backend.set_floatx("float64")
tf.random.set_seed(0)


@tf.custom_gradient
def swish_beta(x, beta):
    s = tf.sigmoid(beta * x)
    y = x * s

    def grad(dy):
        ds = s * (1.0 - s)
        dx = dy * (s + beta * x * ds)
        dbeta = tf.reduce_sum(dy * x * x * ds)
        return dx, dbeta

    return y, grad


class SwishBeta(tf.keras.layers.Layer):
    def build(self, input_shape):
        self.beta = self.add_weight(name="beta", shape=(), initializer="ones")
        super().build(input_shape)

    def call(self, x):
        return swish_beta(x, tf.convert_to_tensor(self.beta))


model = tf.keras.Sequential([
    tf.keras.Input((4,)),
    tf.keras.layers.Dense(6),
    SwishBeta(),
    tf.keras.layers.Dense(3),
])
rng = np.random.default_rng(0)
X = tf.constant(rng.normal(size=(7, 4)))
y = tf.constant(rng.integers(0, 3, 7))
ce = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def loss():
    return ce(y, model(X, training=False))


with tf.GradientTape() as tape:
    value = loss()
analytic = tape.gradient(value, model.trainable_variables)

H, worst = 1e-5, 0.0
for var, g in zip(model.trainable_variables, analytic):
    w = np.array(var.numpy())
    num = np.zeros_like(w)
    for idx in np.ndindex(*w.shape):
        vals = []
        for sign in (1, -1):
            p = w.copy()
            p[idx] += sign * H
            var.assign(p)
            vals.append(float(loss()))
        num[idx] = (vals[0] - vals[1]) / (2 * H)
    var.assign(w)
    rel = np.abs(num - g.numpy()).max() / (np.abs(num).max() + np.abs(g.numpy()).max() + 1e-12)
    worst = max(worst, rel)
    print(f"{var.path:30s} {str(w.shape):10s} relative error {rel:.2e}")
assert worst < 1e-6
