# Mixture density network for an inverse problem (several answers for one x)
import math
import keras, numpy as np
from keras import layers, ops
from sklearn.model_selection import train_test_split

K = 4
keras.utils.set_random_seed(21)
rng = np.random.default_rng(21)
t = rng.uniform(0, 1, 3000)
x = (t + 0.3 * np.sin(2 * np.pi * t) + rng.normal(0, 0.05, t.shape)).astype("float32")[:, None]
y = t.astype("float32")[:, None]
x_tr, x_te, y_tr, y_te = train_test_split(x, y, test_size=0.2, random_state=21)

mean_x, std_x = x_tr.mean(), x_tr.std()

inp = keras.Input((1,))
h = layers.Rescaling(1 / std_x, offset=-mean_x / std_x)(inp)
h = layers.Dense(40, activation="tanh")(h)
h = layers.Dense(40, activation="tanh")(h)
params = layers.Dense(3 * K)(h)          # mixing logits, centres, log-scales
mdn = keras.Model(inp, params)


def nll(y_true, p):
    logit, mu, log_s = ops.split(p, 3, axis=-1)
    log_s = ops.clip(log_s, -5.0, 3.0)
    comp = -0.5 * ops.square((y_true - mu) / ops.exp(log_s)) - log_s - 0.5 * math.log(2 * math.pi)
    return -ops.logsumexp(ops.log_softmax(logit, axis=-1) + comp, axis=-1)


mdn.compile(keras.optimizers.Adam(3e-3, clipnorm=1.0), loss=nll)
hist = mdn.fit(x_tr, y_tr, batch_size=64, epochs=40, verbose=0)
print("train nll, first/last:", round(hist.history["loss"][0], 3), round(hist.history["loss"][-1], 3))
print("test nll:", round(mdn.evaluate(x_te, y_te, verbose=0), 3))

# plain gaussian of the training target, for scale
s = y_tr.std()
base = 0.5 * ((y_te - y_tr.mean()) / s) ** 2 + np.log(s) + 0.5 * np.log(2 * np.pi)
print("unconditional gaussian nll:", base.mean().round(3))

p = mdn.predict(np.array([[0.5]], "float32"), verbose=0)[0]
w = np.exp(p[:K] - p[:K].max()); w /= w.sum()
for a, m in sorted(zip(w, p[K:2 * K]), key=lambda q: -q[0]):
    print(f"  weight {a:.2f} at {m:.2f}")
