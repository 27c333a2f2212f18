"""Outcome model with stabilised inverse-propensity weights; effect read off the doubly robust formula (cross-fitted)."""
import keras
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

keras.utils.set_random_seed(50)
rng = np.random.default_rng(50)
n = 4000
X = rng.normal(size=(n, 5)).astype("float32")
e = 1 / (1 + np.exp(-(0.8 * X[:, 0] - 0.6 * X[:, 1])))
T = (rng.random(n) < e).astype("float32")
TRUE_ATE = 1.5
Y = (X[:, 0] + np.sin(X[:, 2]) + TRUE_ATE * T + rng.normal(0, 0.5, n)).astype("float32")


def outcome_net():
    net = keras.Sequential([keras.Input((6,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(1)])
    net.compile(keras.optimizers.Adam(1e-2), loss="mse", weighted_metrics=["mae"])
    return net


psi = np.zeros(n)
for fold, (fit, apply) in enumerate(KFold(3, shuffle=True, random_state=50).split(X)):
    prop = LogisticRegression().fit(X[fit], T[fit])
    ps_fit = prop.predict_proba(X[fit])[:, 1].clip(0.02, 0.98)
    p = T[fit].mean()
    w = np.where(T[fit] == 1, p / ps_fit, (1 - p) / (1 - ps_fit)).astype("float32")

    net = outcome_net()
    hist = net.fit(
        np.c_[X[fit], T[fit]], Y[fit], sample_weight=w, epochs=15, batch_size=64, verbose=0
    )
    print(f"fold {fold} weighted mae {hist.history['mae'][-1]:.3f}")

    Xa, Ta, Ya = X[apply], T[apply], Y[apply]
    one, zero = np.ones(len(Xa), "float32"), np.zeros(len(Xa), "float32")
    m1 = net.predict(np.c_[Xa, one], verbose=0).ravel()
    m0 = net.predict(np.c_[Xa, zero], verbose=0).ravel()
    ps = prop.predict_proba(Xa)[:, 1].clip(0.02, 0.98)
    psi[apply] = m1 - m0 + Ta * (Ya - m1) / ps - (1 - Ta) * (Ya - m0) / (1 - ps)

print("naive difference", (Y[T == 1].mean() - Y[T == 0].mean()).round(3))
print(f"doubly robust {psi.mean():.3f} +- {1.96 * psi.std(ddof=1) / np.sqrt(n):.3f}   (truth {TRUE_ATE})")
