import numpy as np
import tensorflow as tf
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler, OneHotEncoder
from sklearn.metrics import accuracy_score


class WineNet(tf.keras.Model):
    def __init__(self, n_classes, hidden=32, rate=0.2):
        super().__init__()
        self.d1 = tf.keras.layers.Dense(hidden)
        self.bn = tf.keras.layers.BatchNormalization()
        self.act = tf.keras.layers.ReLU()
        self.drop = tf.keras.layers.Dropout(rate)
        self.out = tf.keras.layers.Dense(n_classes, activation="softmax")

    def call(self, x, training=False):
        x = self.d1(x)
        x = self.bn(x, training=training)
        x = self.act(x)
        x = self.drop(x, training=training)
        return self.out(x)


tf.keras.utils.set_random_seed(11)
data = load_wine()
Xtr, Xte, ytr, yte = train_test_split(data.data, data.target, test_size=.25,
                                      random_state=11, stratify=data.target)
sc = StandardScaler().fit(Xtr)
enc = OneHotEncoder(sparse_output=False).fit(ytr[:, None])

model = WineNet(3)
model.compile(optimizer=tf.keras.optimizers.RMSprop(3e-3),
              loss=tf.keras.losses.CategoricalCrossentropy(label_smoothing=0.05),
              metrics=["accuracy"])
model.fit(sc.transform(Xtr), enc.transform(ytr[:, None]), epochs=30, batch_size=16, verbose=0)
proba = model.predict(sc.transform(Xte), verbose=0)
print("accuracy", accuracy_score(yte, proba.argmax(axis=-1)))
print(dict(zip(data.target_names, np.bincount(proba.argmax(1), minlength=3))))
