# Model subclass with its own train_step/test_step: mixup on the training batches, plain data when testing.
import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class MixupClassifier(keras.Model):
    def __init__(self, n_classes, strength=0.3, **kw):
        super().__init__(**kw)
        self.n_classes, self.strength = n_classes, strength
        self.body = keras.Sequential([layers.Dense(96, activation="relu"), layers.Dropout(0.1), layers.Dense(n_classes)])
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.acc = keras.metrics.SparseCategoricalAccuracy(name="acc")

    @property
    def metrics(self):
        return [self.loss_tracker, self.acc]

    def call(self, x, training=False):
        return self.body(x, training=training)

    def train_step(self, data):
        x, y = data
        t = tf.one_hot(y, self.n_classes)
        n = tf.shape(x)[0]
        lam = 1.0 - self.strength * tf.random.uniform([n, 1])
        order = tf.random.shuffle(tf.range(n))
        x_mix = lam * x + (1 - lam) * tf.gather(x, order)
        t_mix = lam * t + (1 - lam) * tf.gather(t, order)
        with tf.GradientTape() as tape:
            logits = self(x_mix, training=True)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=t_mix, logits=logits))
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        self.loss_tracker.update_state(loss, sample_weight=tf.cast(n, tf.float32))
        self.acc.update_state(y, logits)      # against the dominant label of each mixture
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, data):
        x, y = data
        logits = self(x, training=False)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
        self.loss_tracker.update_state(loss)
        self.acc.update_state(y, logits)
        return {m.name: m.result() for m in self.metrics}


keras.utils.set_random_seed(21)
X, y = load_digits(return_X_y=True)
X = (X / 16).astype("float32")
y = y.astype("int32")
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, stratify=y, random_state=21)

net = MixupClassifier(10)
net.compile(optimizer=keras.optimizers.Adam(2e-3))
net.fit(X_tr, y_tr, batch_size=64, epochs=12, verbose=0)
res = net.evaluate(X_te, y_te, batch_size=256, verbose=0, return_dict=True)
print({k: round(float(v), 4) for k, v in res.items()})
probs = keras.ops.softmax(net.predict(X_te[:3], verbose=0))
print(np.round(keras.ops.convert_to_numpy(probs).max(axis=1), 3), y_te[:3])
