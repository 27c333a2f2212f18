"""Two regressions and a class, weighted by learned homoscedastic uncertainty (Kendall et al.)."""
import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(48)
rng = np.random.default_rng(48)
n = 1200
X = rng.normal(size=(n, 8)).astype("float32")
speed = (X[:, 0] * 30 + X[:, 1] * 10 + rng.normal(0, 3, n)).astype("float32")
angle = (np.tanh(X[:, 2]) + rng.normal(0, 0.1, n)).astype("float32")
brake = (X[:, 3] + X[:, 0] > 0.3).astype("float32")
cut = 900
mu, sd = speed[:cut].mean(), speed[:cut].std()


class Multitask(keras.Model):
    def __init__(self):
        super().__init__()
        self.trunk = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(32, activation="relu")])
        self.heads = [layers.Dense(1, name=k) for k in ("speed", "angle", "brake")]
        self.log_var = self.add_weight(shape=(3,), initializer="zeros", name="log_var")
        self.total = keras.metrics.Mean(name="loss")

    def call(self, x, training=False):
        h = self.trunk(x, training=training)
        return [tf.squeeze(head(h), axis=1) for head in self.heads]

    def losses_of(self, y, out):
        return tf.stack([
            tf.reduce_mean(tf.square(y[0] - out[0])),
            tf.reduce_mean(tf.square(y[1] - out[1])),
            tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y[2], logits=out[2])),
        ])

    @property
    def metrics(self):
        return [self.total]

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            parts = self.losses_of(y, self(x, training=True))
            s = tf.convert_to_tensor(self.log_var)
            loss = tf.reduce_sum(tf.exp(-s) * parts + 0.5 * s)      # may fall below nought
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables))
        self.total.update_state(loss)
        return {"loss": self.total.result()}


ds = tf.data.Dataset.from_tensor_slices(
    (X[:cut], ((speed[:cut] - mu) / sd, angle[:cut], brake[:cut]))).shuffle(cut, seed=1).batch(50)
net = Multitask()
net.compile(optimizer=keras.optimizers.Adam(5e-3))
net.fit(ds, epochs=15, verbose=0)

v, a, b = [o.numpy() for o in net(X[cut:], training=False)]
print("speed MAE", np.abs(v * sd + mu - speed[cut:]).mean())
print("angle MAE", np.abs(a - angle[cut:]).mean())
print("brake accuracy", ((b > 0) == (brake[cut:] > 0.5)).mean())
print("log variances", net.log_var.numpy())
