"""Ventes quotidiennes par magasin : retards, moyennes glissantes, validation chronologique."""
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import mean_absolute_error

HORIZON = 7  # on prévoit 7 jours à l'avance


def fabriquer_variables(ventes: pd.DataFrame) -> pd.DataFrame:
    ventes = ventes.sort_values(["store", "date"]).copy()
    g = ventes.groupby("store")["units"]
    for retard in (HORIZON, HORIZON + 1, HORIZON + 7, HORIZON + 21):
        ventes[f"retard_{retard}"] = g.shift(retard)
    for fenetre in (7, 28):
        ventes[f"moy_{fenetre}"] = g.transform(lambda s: s.shift(HORIZON).rolling(fenetre).mean())
    ventes["jour_semaine"] = ventes["date"].dt.day_of_week
    ventes["jour_annee"] = ventes["date"].dt.day_of_year
    ventes["magasin"] = ventes["store"].astype("category").cat.codes
    return ventes.dropna()


donnees = fabriquer_variables(pd.read_csv("store_sales.csv", parse_dates=["date"]))
colonnes = [c for c in donnees.columns if c not in ("date", "store", "units")]  # promo est planifiée, donc connue

coupures = pd.date_range("2023-01-01", periods=4, freq="28D")
erreurs, erreurs_naives = [], []
for debut in coupures:
    fin = debut + pd.Timedelta(days=HORIZON)
    appr = donnees[donnees["date"] < debut]
    test = donnees[(donnees["date"] >= debut) & (donnees["date"] < fin)]
    modele = HistGradientBoostingRegressor(loss="absolute_error", max_iter=150, learning_rate=0.08, random_state=3)
    modele.fit(appr[colonnes], appr["units"])
    erreurs.append(mean_absolute_error(test["units"], modele.predict(test[colonnes])))
    erreurs_naives.append(mean_absolute_error(test["units"], test[f"retard_{HORIZON}"]))
    print(f"{debut:%d/%m/%Y}  modèle {erreurs[-1]:6.2f}   naïf {erreurs_naives[-1]:6.2f}")

print(f"MAE moyenne : {np.mean(erreurs):.2f} (naïf {np.mean(erreurs_naives):.2f})")
