"""Prequential evaluation: predict the next day first, learn from it afterwards."""
import numpy as np
import pandas as pd
from sklearn.linear_model import SGDRegressor
from sklearn.preprocessing import StandardScaler


class RunningBaseline:
    def __init__(self):
        self.last = {}

    def predict(self, key):
        return self.last.get(key, 0.0)

    def update(self, key, value):
        self.last[key] = value


def encode(day):
    shop = pd.Categorical(day["tienda"], categories=["Bilbao", "Madrid", "Sevilla"])
    dow = np.eye(7)[day["fecha"].dt.dayofweek]
    return np.column_stack([np.eye(3)[shop.codes], dow, day[["promo", "precio"]], day[["promo"]].to_numpy() * np.eye(3)[shop.codes]])


def main():
    sales = pd.read_csv("ventas.csv", parse_dates=["fecha"]).sort_values("fecha")
    scaler, model, naive = StandardScaler(), SGDRegressor(learning_rate="constant", eta0=0.01, random_state=0), RunningBaseline()
    err, err_naive = [], []
    for n, (fecha, day) in enumerate(sales.groupby("fecha")):
        X, y = encode(day), day["unidades"].to_numpy(float)
        keys = list(zip(day["tienda"], day["fecha"].dt.dayofweek))
        if n >= 60:
            err.append(np.abs(model.predict(scaler.transform(X)) - y).mean())
            err_naive.append(np.mean([abs(naive.predict(k) - v) for k, v in zip(keys, y)]))
        scaler.partial_fit(X)
        model.partial_fit(scaler.transform(X), y)
        for k, v in zip(keys, y):
            naive.update(k, v)
    for a in range(0, len(err), 250):
        print(f"days {a + 60:4d}+ : MAE {np.mean(err[a:a + 250]):6.2f}  same weekday last week {np.mean(err_naive[a:a + 250]):6.2f}")


if __name__ == "__main__":
    main()
