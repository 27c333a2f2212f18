# Predicción del precio de coches usados
import pandas as pd
import numpy as np
from sklearn.compose import TransformedTargetRegressor, ColumnTransformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, mean_absolute_percentage_error, r2_score
from sklearn.model_selection import train_test_split, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

coches = pd.read_csv("data/coches.csv")
print(coches.isna().mean().round(3))
coches = coches.drop_duplicates()
coches["antiguedad"] = 2022 - coches["anio"]

objetivo = "precio"
X = coches.drop(columns=[objetivo, "anio"])
y = coches[objetivo]
X_ent, X_pru, y_ent, y_pru = train_test_split(X, y, test_size=0.2, random_state=2022)

numericas = ["kilometros", "potencia", "antiguedad"]
categoricas = ["marca", "modelo", "combustible"]
preproceso = ColumnTransformer([
    ("num", Pipeline([("imputar", SimpleImputer(strategy="median", add_indicator=True)), ("escalar", StandardScaler())]), numericas),
    ("cat", OneHotEncoder(handle_unknown="ignore", min_frequency=5), categoricas),
])

modelos = {"ridge": Ridge(alpha=1.0),
           "bosque": RandomForestRegressor(n_estimators=80, min_samples_leaf=2, random_state=0)}
resultados = {}
for nombre, regresor in modelos.items():
    tuberia = Pipeline([("pre", preproceso), ("reg", regresor)])
    modelo = TransformedTargetRegressor(tuberia, func=np.log1p, inverse_func=np.expm1)
    cv = cross_validate(modelo, X_ent, y_ent, cv=4, scoring=("neg_mean_absolute_error", "r2"))
    resultados[nombre] = (-cv["test_neg_mean_absolute_error"].mean(), modelo)
    print(f"{nombre}: MAE {resultados[nombre][0]:.0f}, R2 {cv['test_r2'].mean():.3f}")

ganador = min(resultados, key=lambda k: resultados[k][0])
modelo = resultados[ganador][1].fit(X_ent, y_ent)
pred = modelo.predict(X_pru)
print("Elegido:", ganador)
print(f"MAE {mean_absolute_error(y_pru, pred):.0f} | MAPE {mean_absolute_percentage_error(y_pru, pred):.3f} | R2 {r2_score(y_pru, pred):.3f}")
