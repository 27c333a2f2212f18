import numpy as np
import keras
from keras import layers, ops
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import RobustScaler
from sklearn.metrics import average_precision_score, classification_report


@keras.saving.register_keras_serializable()
class FocalLoss(keras.losses.Loss):
    def __init__(self, gamma=2.0, alpha=0.25, name="focal", reduction="sum_over_batch_size", **kw):
        super().__init__(name=name, reduction=reduction, **kw)
        self.gamma, self.alpha = gamma, alpha

    def call(self, y_true, y_pred):
        y_true = ops.cast(y_true, y_pred.dtype)
        p = ops.clip(y_pred, 1e-7, 1 - 1e-7)
        pt = y_true * p + (1 - y_true) * (1 - p)
        at = y_true * self.alpha + (1 - y_true) * (1 - self.alpha)
        return ops.mean(-at * ops.power(1 - pt, self.gamma) * ops.log(pt), axis=-1)

    def get_config(self):
        return {**super().get_config(), "gamma": self.gamma, "alpha": self.alpha}


@keras.saving.register_keras_serializable()
class F1(keras.metrics.Metric):
    def __init__(self, threshold=0.5, name="f1", **kw):
        super().__init__(name=name, **kw)
        self.threshold = threshold
        self.tp = self.add_weight(name="tp", initializer="zeros")
        self.fp = self.add_weight(name="fp", initializer="zeros")
        self.fn = self.add_weight(name="fn", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        t = ops.cast(y_true, "float32")
        p = ops.cast(y_pred > self.threshold, "float32")
        self.tp.assign_add(ops.sum(t * p))
        self.fp.assign_add(ops.sum((1 - t) * p))
        self.fn.assign_add(ops.sum(t * (1 - p)))

    def result(self):
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn + 1e-7)

    def get_config(self):
        return {**super().get_config(), "threshold": self.threshold}


keras.utils.set_random_seed(5)
X, y = make_classification(2500, 15, n_informative=6, weights=[.93], class_sep=1.2, random_state=5)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, stratify=y, test_size=.25, random_state=5)
X_tr, X_va, y_tr, y_va = train_test_split(X_tr, y_tr, stratify=y_tr, test_size=.2, random_state=5)
rs = RobustScaler().fit(X_tr)
col = lambda v: v.reshape(-1, 1).astype("float32")
prior = y_tr.mean()
model = keras.Sequential([
    keras.Input((15,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(1, activation="sigmoid",
                 bias_initializer=keras.initializers.Constant(float(np.log(prior / (1 - prior))))),
])
model.compile("adam", FocalLoss(alpha=0.75), metrics=[F1()])
model.fit(rs.transform(X_tr), col(y_tr), validation_data=(rs.transform(X_va), col(y_va)), epochs=15,
          batch_size=64, verbose=2,
          callbacks=[keras.callbacks.ModelCheckpoint("focal.keras", monitor="val_f1", mode="max",
                                                     save_best_only=True)])
best = keras.models.load_model("focal.keras")
p = best.predict(rs.transform(X_te), verbose=0).reshape(-1)
print("AP", average_precision_score(y_te, p))
print(classification_report(y_te, (p > .5).astype(int), digits=3))
