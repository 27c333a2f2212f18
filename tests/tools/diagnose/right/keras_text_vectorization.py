import pandas as pd
import tensorflow as tf
import keras
from keras import layers
from sklearn.model_selection import train_test_split

SEED, BATCH = 13, 32
keras.utils.set_random_seed(SEED)

table = pd.read_csv("reviews.csv")
table["y"] = (table["label"] == "pos").astype("int32")
train, rest = train_test_split(table, test_size=0.4, stratify=table["y"], random_state=SEED)
valid, test = train_test_split(rest, test_size=0.5, stratify=rest["y"], random_state=SEED)


def raw(frame):
    return tf.data.Dataset.from_tensor_slices((frame["text"].to_numpy(dtype=object).astype(str), frame["y"].to_numpy()))


vectorize = layers.TextVectorization(max_tokens=500, output_mode="int", output_sequence_length=24)
vectorize.adapt(raw(train).map(lambda t, y: t).batch(256))

pipeline = {
    "train": raw(train).shuffle(len(train), seed=SEED).batch(BATCH).map(lambda t, y: (vectorize(t), y)).prefetch(2),
    "valid": raw(valid).batch(128).map(lambda t, y: (vectorize(t), y)).cache(),
    "test": raw(test).batch(128).map(lambda t, y: (vectorize(t), y)),
}

model = keras.Sequential([
    keras.Input((24,), dtype="int64"),
    layers.Embedding(vectorize.vocabulary_size(), 16),
    layers.Conv1D(24, 3, padding="same", activation="relu"),
    layers.GlobalMaxPooling1D(),
    layers.Dropout(0.3),
    layers.Dense(2),
])
model.compile(
    optimizer=keras.optimizers.Adam(5e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["sparse_categorical_accuracy"],
)
model.fit(pipeline["train"], validation_data=pipeline["valid"], epochs=8, verbose=0,
          callbacks=[keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)])
loss, acc = model.evaluate(pipeline["test"], verbose=0)
print(f"test loss {loss:.3f} accuracy {acc:.3f}")

# deployment model: strings in, probabilities out
end_to_end = keras.Sequential([keras.Input((1,), dtype="string"), vectorize, model, layers.Softmax()])
print(end_to_end.predict(tf.constant([["the pizza was cold and the waiter rude"], ["lovely fresh lunch"]]), verbose=0).round(3))
