import keras
import pandas as pd
import tensorflow as tf
from keras import layers
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MultiLabelBinarizer

keras.utils.set_random_seed(8)
tickets = pd.read_csv("tickets.csv")
tr, te = train_test_split(tickets, test_size=0.2, random_state=8)
tr, va = train_test_split(tr, test_size=0.2, random_state=8)

mlb = MultiLabelBinarizer().fit(tr["tags"].str.split("|"))
vectorize = layers.TextVectorization(max_tokens=500, output_mode="multi_hot")
vectorize.adapt(tf.constant(tr["text"].tolist()))


def xy(part):
    return vectorize(tf.constant(part["text"].tolist())), mlb.transform(part["tags"].str.split("|")).astype("float32")


(x_tr, y_tr), (x_va, y_va), (x_te, y_te) = xy(tr), xy(va), xy(te)
k = len(mlb.classes_)

model = keras.Sequential([
    keras.Input((x_tr.shape[1],)),
    layers.Dense(48, activation="relu"),
    layers.Dropout(0.3),
    layers.Dense(k, activation="sigmoid"),  # labels are not exclusive
])
model.compile("adam", "binary_crossentropy",
              metrics=[keras.metrics.AUC(multi_label=True, num_labels=k, name="auc")])
model.fit(x_tr, y_tr, validation_data=(x_va, y_va), epochs=25, batch_size=32, verbose=0,
          callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)])

y_hat = (model.predict(x_te, verbose=0) >= 0.5).astype(int)
print(classification_report(y_te.astype(int), y_hat, target_names=mlb.classes_, zero_division=0))
