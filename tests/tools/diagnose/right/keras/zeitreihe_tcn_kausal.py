"""Kausale, dilatierte Faltungen (TCN) für die Vorhersage des nächsten Messwerts."""
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(8)
zufall = np.random.default_rng(8)

N, FENSTER = 1000, 32
reihe = np.zeros(N, "float32")
for i in range(2, N):
    reihe[i] = 1.6 * reihe[i - 1] - 0.85 * reihe[i - 2] + zufall.normal(0, 0.3)

grenze = 800
mittel, streuung = reihe[:grenze].mean(), reihe[:grenze].std()
z = (reihe - mittel) / streuung


def fenster(daten):
    x = np.lib.stride_tricks.sliding_window_view(daten[:-1], FENSTER)
    return x[..., None], daten[FENSTER:][:, None]


x_lern, y_lern = fenster(z[:grenze])
# die Eingaben am Anfang des Testteils dürfen in die Vergangenheit reichen, die Ziele nicht
x_test, y_test = fenster(z[grenze - FENSTER:])


def tcn_block(x, filter_, dilatation):
    h = layers.Conv1D(filter_, 2, padding="causal", dilation_rate=dilatation, activation="relu")(x)
    h = layers.Conv1D(filter_, 2, padding="causal", dilation_rate=dilatation)(h)
    if x.shape[-1] != filter_:
        x = layers.Conv1D(filter_, 1)(x)
    return layers.Activation("relu")(layers.Add()([x, h]))


eingabe = keras.Input((FENSTER, 1))
h = eingabe
for d in (1, 2, 4, 8):
    h = tcn_block(h, 12, d)
h = layers.Lambda(lambda t: t[:, -1, :])(h)          # nur der letzte Zeitschritt
netz = keras.Model(eingabe, layers.Dense(1)(h))
netz.compile(optimizer=keras.optimizers.Adam(3e-3), loss="mae")
netz.fit(x_lern, y_lern, epochs=8, batch_size=64, verbose=0)

v = netz.predict(x_test, verbose=0)
print("MAE Netz  :", np.abs(v - y_test).mean() * streuung)
print("MAE naiv  :", np.abs(x_test[:, -1] - y_test).mean() * streuung)
