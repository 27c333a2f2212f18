import keras
import numpy as np

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(200, 5))
y = (x[:, 0] > 0).astype(int)
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
save_best = keras.callbacks.ModelCheckpoint(
    "best.keras", monitor="val_accuracy", mode="max", save_best_only=True
)
model.fit(x, y, validation_split=0.25, epochs=3, callbacks=[save_best], verbose=0)
best = keras.models.load_model("best.keras")
print(best.predict(x[:5], verbose=0))
