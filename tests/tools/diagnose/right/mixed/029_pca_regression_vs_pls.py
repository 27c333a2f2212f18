"""Spectra-like data (200 wavelengths, 120 samples): PCR vs PLS, components by inner CV."""
import numpy as np
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict
from sklearn.metrics import r2_score, mean_squared_error
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(6)
wl = np.linspace(0, 1, 200)
peaks = np.array([np.exp(-((wl - c) / 0.05) ** 2) for c in (0.2, 0.35, 0.6, 0.8)])
conc = rng.gamma(2.0, 1.0, (120, 4))
spectra = conc @ peaks + rng.normal(0, 0.15, (120, 200)) + rng.normal(0, 0.4, (120, 1))  # baseline drift
y = conc[:, 1] + rng.normal(0, 0.1, 120)

inner, outer = KFold(4, shuffle=True, random_state=0), KFold(6, shuffle=True, random_state=1)
models = {
    "PCR": GridSearchCV(
        Pipeline([("sc", StandardScaler()), ("pca", PCA(random_state=0)), ("lr", LinearRegression())]),
        {"pca__n_components": [1, 2, 3, 4, 5, 6, 8, 12]}, cv=inner, scoring="neg_mean_squared_error"),
    "PLS": GridSearchCV(
        PLSRegression(), {"n_components": [1, 2, 3, 4, 5, 6, 8]}, cv=inner, scoring="neg_mean_squared_error"),
}
for name, m in models.items():
    yhat = cross_val_predict(m, spectra, y, cv=outer).ravel()
    m.fit(spectra, y)  # only to look at the chosen size
    print(f"{name}: R2 {r2_score(y, yhat):.3f} RMSE {mean_squared_error(y, yhat) ** 0.5:.3f} components {m.best_params_}")
