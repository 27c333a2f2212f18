# -*- coding: utf-8 -*-
# ------------------------------------------------------------
# Deep Learning for Beginners - Part 1: your first neural network
# ------------------------------------------------------------

# Step 1: import the libraries
import keras
from keras.models import Sequential
from keras.layers import Dense, Input
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

# Step 2: fix the seed so that everybody gets (almost) the same numbers
keras.utils.set_random_seed(1)

# Step 3: load the data
X, y = load_wine(return_X_y=True)
print("Shape of X:", X.shape)
print("Classes:", set(y.tolist()))

# Step 4: split into train and test
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=1, stratify=y)

# Step 5: feature scaling (fit on the training set, only transform the test set!)
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)

# Step 6: build the network
model = Sequential()
model.add(Input(shape=(13,)))
model.add(Dense(16, activation="relu"))
model.add(Dense(3, activation="softmax"))
model.summary()

# Step 7: compile. The labels are integers -> sparse categorical cross-entropy
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

# Step 8: train
history = model.fit(X_train, y_train, epochs=40, batch_size=16, verbose=0)
print("Final training loss:", round(history.history["loss"][-1], 3))

# Step 9: evaluate on data the network has never seen
loss, acc = model.evaluate(X_test, y_test, verbose=0)
print(f"Test loss: {loss:.3f}, test accuracy: {acc:.3f}")
