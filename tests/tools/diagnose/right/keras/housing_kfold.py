import numpy as np
import keras
from keras import layers
from sklearn.datasets import load_diabetes
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import mean_absolute_error, r2_score

SEED = 7
keras.utils.set_random_seed(SEED)


def build_model(n_features):
    model = keras.Sequential()
    model.add(keras.Input(shape=(n_features,)))
    model.add(layers.Dense(32, activation="relu"))
    model.add(layers.Dense(16, activation="relu"))
    model.add(layers.Dense(1))
    model.compile(optimizer=keras.optimizers.Adam(5e-3), loss="mse", metrics=["mae"])
    return model


X, y = load_diabetes(return_X_y=True, scaled=False)
oof = np.zeros_like(y)
scores = []
for fold, (tr, va) in enumerate(KFold(5, shuffle=True, random_state=SEED).split(X)):
    keras.backend.clear_session()
    x_scaler, y_scaler = StandardScaler(), StandardScaler()
    X_tr = x_scaler.fit_transform(X[tr])
    X_va = x_scaler.transform(X[va])
    y_tr = y_scaler.fit_transform(y[tr].reshape(-1, 1))

    model = build_model(X.shape[1])
    model.fit(X_tr, y_tr, epochs=20, batch_size=32, verbose=0)
    pred = model.predict(X_va, verbose=0)
    pred = y_scaler.inverse_transform(pred).ravel()
    oof[va] = pred
    mae = mean_absolute_error(y[va], pred)
    scores.append(mae)
    print(f"fold {fold}: MAE {mae:.2f}")

print(f"MAE {np.mean(scores):.2f} +- {np.std(scores):.2f}")
print("OOF R2", r2_score(y, oof))
