# Mietpreis-Schätzung Berlin: Regression auf log(Miete), Rücktransformation über TransformedTargetRegressor
import numpy as np
import pandas as pd
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.dummy import DummyRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import RidgeCV
from sklearn.metrics import mean_absolute_error, mean_absolute_percentage_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

daten = pd.read_csv("mieten.csv")
ziel = daten.pop("miete")

logs = make_pipeline(FunctionTransformer(np.log, feature_names_out="one-to-one"), StandardScaler())
zahlen = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
vorverarbeitung = make_column_transformer(
    (logs, ["wohnflaeche"]),
    (zahlen, ["zimmer", "baujahr", "etage", "balkon"]),
    (OneHotEncoder(handle_unknown="ignore"), ["bezirk"]),
)

modell = TransformedTargetRegressor(
    regressor=make_pipeline(vorverarbeitung, RidgeCV(alphas=np.logspace(-3, 3, 13))),
    func=np.log1p,
    inverse_func=np.expm1,
)

X_lern, X_prüf, y_lern, y_prüf = train_test_split(daten, ziel, test_size=0.2, random_state=11)
modell.fit(X_lern, y_lern)
vorhersage = modell.predict(X_prüf)

basis = DummyRegressor(strategy="median").fit(X_lern, y_lern)
print(f"Basis  MAE: {mean_absolute_error(y_prüf, basis.predict(X_prüf)):8.2f} EUR")
print(f"Modell MAE: {mean_absolute_error(y_prüf, vorhersage):8.2f} EUR")
print(f"Modell MAPE: {mean_absolute_percentage_error(y_prüf, vorhersage):.1%}")
