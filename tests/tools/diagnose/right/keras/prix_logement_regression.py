# Régression des prix (jeu synthétique) : la cible est normalisée puis dé-normalisée
import numpy as np
import tensorflow as tf
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

graine = 3
tf.keras.utils.set_random_seed(graine)
rng = np.random.default_rng(graine)

n = 800
surface = rng.uniform(20, 180, n)
pieces = rng.integers(1, 7, n)
annee = rng.integers(1900, 2023, n)
prix = 2500 * surface + 9000 * pieces + 150 * (annee - 1900) + rng.normal(0, 8000, n)

X = np.column_stack([surface, pieces, annee]).astype("float32")
X_app, X_test, p_app, p_test = train_test_split(X, prix, test_size=0.2, random_state=graine)

echelle_x = StandardScaler().fit(X_app)
echelle_y = StandardScaler().fit(p_app.reshape(-1, 1))

y_app = echelle_y.transform(p_app.reshape(-1, 1))

modele = tf.keras.Sequential([
    tf.keras.layers.Input((3,)),
    tf.keras.layers.Dense(32, activation="relu"),
    tf.keras.layers.Dense(32, activation="relu"),
    tf.keras.layers.Dense(1),
])
modele.compile(optimizer="adam", loss="mse", metrics=["mae"])

arret = tf.keras.callbacks.EarlyStopping(
    monitor="val_loss", patience=6, restore_best_weights=True
)
modele.fit(
    echelle_x.transform(X_app), y_app,
    validation_split=0.15, epochs=40, batch_size=32,
    callbacks=[arret], verbose=0,
)

pred = modele.predict(echelle_x.transform(X_test), verbose=0)
prix_pred = echelle_y.inverse_transform(pred).ravel()
print("MAE en euros : %.0f" % mean_absolute_error(p_test, prix_pred))
