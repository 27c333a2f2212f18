# Pronóstico de ventas diarias por tienda con validación hacia adelante
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error

ventas = pd.read_csv("ventas.csv", parse_dates=["fecha"]).sort_values(["tienda", "fecha"])

por_tienda = ventas.groupby("tienda")["unidades"]
for k in (1, 7, 14):
    ventas[f"lag_{k}"] = por_tienda.shift(k)
# media de los 7 días anteriores, sin incluir el día que se predice
ventas["media_7"] = por_tienda.transform(lambda s: s.shift(1).rolling(7).mean())
ventas["dia_semana"] = ventas["fecha"].dt.dayofweek
ventas["mes"] = ventas["fecha"].dt.month
ventas = ventas.dropna()
ventas = pd.get_dummies(ventas, columns=["tienda"], dtype=int)

# promo, precio y día de la semana se conocen de antemano
columnas = [c for c in ventas.columns if c not in ("fecha", "unidades", "temperatura")]

cortes = pd.date_range("2023-01-01", "2023-10-01", freq="QS")
errores, ingenuo = [], []
for corte in cortes:
    fin = corte + pd.DateOffset(months=3)
    entrenamiento = ventas[ventas["fecha"] < corte]
    prueba = ventas[(ventas["fecha"] >= corte) & (ventas["fecha"] < fin)]
    modelo = RandomForestRegressor(n_estimators=60, min_samples_leaf=3, random_state=0)
    modelo.fit(entrenamiento[columnas], entrenamiento["unidades"])
    pred = modelo.predict(prueba[columnas])
    errores.append(mean_absolute_error(prueba["unidades"], pred))
    ingenuo.append(mean_absolute_error(prueba["unidades"], prueba["lag_7"]))
    print(f"{corte:%Y-%m}: MAE {errores[-1]:.2f}  (ingenuo estacional {ingenuo[-1]:.2f})")

print(f"media a un día vista: {np.mean(errores):.2f} frente a {np.mean(ingenuo):.2f}")
