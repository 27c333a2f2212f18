"""Focal loss written as a Loss subclass and compared with plain cross-entropy."""
import keras
import numpy as np
from keras import ops
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split


@keras.saving.register_keras_serializable()
class FocalLoss(keras.losses.Loss):
    def __init__(self, gamma=2.0, alpha=0.75, name="focal", **kwargs):
        super().__init__(name=name, **kwargs)
        self.gamma, self.alpha = gamma, alpha

    def call(self, y_true, logits):
        y = ops.cast(y_true, logits.dtype)
        # log-sigmoid keeps it stable for large logits
        log_p, log_q = ops.log_sigmoid(logits), ops.log_sigmoid(-logits)
        p = ops.sigmoid(logits)
        pos = -self.alpha * y * ops.power(1 - p, self.gamma) * log_p
        neg = -(1 - self.alpha) * (1 - y) * ops.power(p, self.gamma) * log_q
        return ops.mean(pos + neg, axis=-1)

    def get_config(self):
        return {**super().get_config(), "gamma": self.gamma, "alpha": self.alpha}


def make_net(d):
    return keras.Sequential([
        keras.Input((d,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(1),
    ])


X, y = make_classification(3000, 12, n_informative=5, weights=[0.95], random_state=1)
X = X.astype("float32")
y = y.astype("float32").reshape(-1, 1)
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.3, stratify=y, random_state=1)
mean, std = Xa.mean(0), Xa.std(0)

for loss in (keras.losses.BinaryCrossentropy(from_logits=True), FocalLoss()):
    keras.utils.set_random_seed(1)
    net = make_net(X.shape[1])
    net.compile(optimizer="adam", loss=loss)
    net.fit((Xa - mean) / std, ya, epochs=12, batch_size=64, verbose=0)
    # the ranking does not care that these are logits
    s = net.predict((Xb - mean) / std, verbose=0)
    print(f"{loss.name:22s} AP = {average_precision_score(yb.ravel(), s.ravel()):.3f}")
