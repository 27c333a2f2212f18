import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


def make_model(hidden_layers=8):
    model = tf.keras.Sequential([tf.keras.Input((64,))])
    for _ in range(hidden_layers):
        model.add(tf.keras.layers.Dense(40, activation="sigmoid"))
    model.add(tf.keras.layers.Dense(10, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


tf.keras.utils.set_random_seed(5)
X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
model = make_model()
model.fit(X_train, y_train, epochs=15, batch_size=32, verbose=0)
print("accuracy", model.evaluate(X_test, y_test, verbose=0)[1])
