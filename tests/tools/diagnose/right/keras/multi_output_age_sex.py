import numpy as np
import keras
from keras import layers
from sklearn.metrics import accuracy_score, mean_absolute_error

keras.utils.set_random_seed(31)
rng = np.random.default_rng(31)
n = 1000
age = rng.uniform(18, 80, n)
sex = rng.integers(0, 2, n)
feats = np.column_stack([
    age / 10 + rng.normal(0, .5, n),
    sex * 1.5 + rng.normal(0, .7, n),
    age * .02 - sex + rng.normal(0, .4, n),
    rng.normal(size=n),
]).astype("float32")
tr, va, te = np.split(rng.permutation(n), [700, 850])
AGE_MEAN, AGE_STD = age[tr].mean(), age[tr].std()
age_z = (age - AGE_MEAN) / AGE_STD

norm = layers.Normalization()
norm.adapt(feats[tr])
inp = keras.Input((4,), name="features")
trunk = layers.Dense(32, activation="relu")(norm(inp))
trunk = layers.Dense(32, activation="relu")(trunk)
age_out = layers.Dense(1, name="age")(layers.Dense(8, activation="relu")(trunk))
sex_out = layers.Dense(1, activation="sigmoid", name="sex")(trunk)
model = keras.Model(inp, {"age": age_out, "sex": sex_out})
model.compile(
    optimizer="adam",
    loss={"age": "mse", "sex": "binary_crossentropy"},
    loss_weights={"age": 1.0, "sex": 0.5},
    metrics={"age": ["mae"], "sex": ["accuracy"]},
)


def targets(i):
    return {"age": age_z[i].astype("float32")[:, None], "sex": sex[i].astype("float32")[:, None]}


model.fit(feats[tr], targets(tr), validation_data=(feats[va], targets(va)),
          epochs=15, batch_size=32, verbose=0,
          callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=4,
                                                   restore_best_weights=True)])
out = model.predict(feats[te], verbose=0)
print("age MAE (years)", mean_absolute_error(age[te], out["age"][:, 0] * AGE_STD + AGE_MEAN))
print("sex accuracy", accuracy_score(sex[te], np.round(out["sex"][:, 0]).astype(int)))
