import numpy as np
import pandas as pd
import tensorflow as tf

tf.keras.utils.set_random_seed(2020)
rng = np.random.default_rng(2020)

days = pd.date_range("2022-01-01", periods=240)
stores = np.arange(8)
store_level = rng.uniform(50, 200, len(stores))
week = np.array([1.0, 0.9, 0.95, 1.0, 1.2, 1.5, 0.4])
frame = pd.DataFrame([(d, s) for d in days for s in stores], columns=["date", "store"])
frame["dow"] = frame.date.dt.day_of_week
frame["promo"] = rng.integers(0, 2, len(frame))
frame["sales"] = (store_level[frame.store] * week[frame.dow] * (1 + 0.3 * frame.promo)
                  * rng.lognormal(0, 0.1, len(frame)))

# the last 40 days are for testing, the 30 before that for early stopping
cut_val, cut_test = days[170], days[200]
train = frame[frame.date < cut_val]
val = frame[(frame.date >= cut_val) & (frame.date < cut_test)]
test = frame[frame.date >= cut_test]


def pack(df):
    return {"store": df.store.to_numpy(), "dow": df.dow.to_numpy(),
            "promo": df.promo.to_numpy("float32")[:, None]}


def target(df):
    return np.log1p(df.sales.to_numpy("float32"))


def categorical(name, cardinality):
    i = tf.keras.Input((1,), name=name, dtype="int32")
    e = tf.keras.layers.Embedding(cardinality, min(6, (cardinality + 1) // 2))(i)
    return i, tf.keras.layers.Flatten()(e)


store_in, store_e = categorical("store", len(stores))
dow_in, dow_e = categorical("dow", 7)
promo_in = tf.keras.Input((1,), name="promo")
h = tf.keras.layers.Concatenate()([store_e, dow_e, promo_in])
h = tf.keras.layers.Dense(32, activation="relu")(h)
out = tf.keras.layers.Dense(1, bias_initializer=tf.keras.initializers.Constant(float(target(train).mean())))(h)
model = tf.keras.Model({"store": store_in, "dow": dow_in, "promo": promo_in}, out)
model.compile(tf.keras.optimizers.Adam(5e-3), loss="mse")


def prep(df):
    d = pack(df)
    return {"store": d["store"][:, None], "dow": d["dow"][:, None], "promo": d["promo"]}


model.fit(prep(train), target(train), validation_data=(prep(val), target(val)), epochs=15, batch_size=64, verbose=0,
          callbacks=[tf.keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)])
pred = np.expm1(model.predict(prep(test), verbose=0).ravel())
print("RMSPE", np.sqrt(np.mean(((test.sales - pred) / test.sales) ** 2)))
