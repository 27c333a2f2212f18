"""Neural SVM: labels in {-1, +1}, a tanh end and the squared hinge loss."""
import numpy as np
import keras
from sklearn.datasets import make_circles
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(13)
X, y01 = make_circles(800, noise=0.1, factor=0.5, random_state=13)
y = 2.0 * y01 - 1.0                       # hinge wants -1 / +1
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=13, stratify=y)

model = keras.Sequential([
    keras.Input((2,)),
    keras.layers.Dense(16, activation="relu"),
    keras.layers.Dense(16, activation="relu"),
    keras.layers.Dense(1, activation="tanh", kernel_regularizer=keras.regularizers.L2(1e-3)),
])


def sign_accuracy(y_true, y_pred):
    return keras.ops.mean(keras.ops.cast(y_true * y_pred > 0, "float32"))


model.compile(optimizer=keras.optimizers.Adam(5e-3), loss="squared_hinge", metrics=[sign_accuracy])
model.fit(X_train, y_train, epochs=25, batch_size=32, verbose=0)

pred = np.where(model.predict(X_test, verbose=0).ravel() >= 0, 1.0, -1.0)
print("accuracy:", accuracy_score(y_test, pred))
